/** The log: what happens on the page in one lane, what the server sees of it in the other, by time. */
import { find } from '../query.ts'

export interface LogEntry {
  readonly lane: 'page' | 'server'
  /** What kind of thing it is, in a word. */
  readonly kind: string
  readonly name: string
  readonly facts: readonly (readonly [name: string, value: string])[]
  /** In milliseconds since 1970. */
  readonly at: number
  /** It is good news, or bad. */
  readonly mood?: 'good' | 'bad' | undefined
}

const MOST = 200

const list = find('.events')
const empty = find('.log-empty')
const times = new WeakMap<Element, number>()

export function addToLog(entry: LogEntry): void {
  const item = itemFor(entry)
  times.set(item, entry.at)
  // What the server tells may come after what the page did next.
  const before = [...list.children].findLast((other) => (times.get(other) ?? 0) <= entry.at)
  if (before) before.after(item)
  else list.prepend(item)
  while (list.children.length > MOST) list.firstElementChild?.remove()
  empty.hidden = true
  const frame = list.parentElement!
  frame.scrollTop = frame.scrollHeight
}

export function clearLog(): void {
  list.replaceChildren()
  empty.hidden = false
}

function itemFor({ lane, kind, name, facts, at, mood }: LogEntry): HTMLElement {
  const item = document.createElement('li')
  item.className = `entry entry-${lane}`
  if (mood) item.classList.add(`is-${mood}`)
  const details = facts.map(([fact, value]) => {
    const part = text('span', 'fact', '')
    part.append(text('span', 'fact-name', `${fact} `), text('bdi', 'fact-value', value))
    return part
  })
  const time = document.createElement('time')
  time.dateTime = new Date(at).toISOString()
  time.textContent = clock.format(at)
  const body = text('div', 'entry-body', '')
  body.append(text('span', 'entry-kind', kind), text('code', 'entry-name', name), ...details)
  item.append(time, body)
  return item
}

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 2,
})

function text(tag: string, className: string, content: string): HTMLElement {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = content
  return element
}
