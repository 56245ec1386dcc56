/** Logs the events of the element, with their fields. */
import { addToLog } from './log.ts'

const OF_EVERY_EVENT = new Set(['isTrusted'])

export function logEvents(element: HTMLElement, names: readonly string[]): void {
  for (const name of names) {
    element.addEventListener(name, (event) => {
      addToLog({
        lane: 'page',
        kind: 'event',
        name,
        facts: fieldsOf(event),
        at: Date.now(),
        mood: name.endsWith('-error') ? 'bad' : undefined,
      })
    })
  }
}

/** The events are classes, whose fields are their own. */
function fieldsOf(event: Event): [name: string, value: string][] {
  return Object.entries(event)
    .filter(([name, value]) => !OF_EVERY_EVENT.has(name) && value !== undefined)
    .map(([name, value]) => [name, typeof value === 'object' ? '…' : String(value)])
}
