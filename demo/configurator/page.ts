/** The configurator: what is chosen goes to the live element, to the code and to the address, all at once. */
import { demoConfiguration } from '../../server/demo/configuration.ts'
import type { CoinslotCheckoutElement } from '../../widget/index.ts'
import { find, findAll } from '../query.ts'
import type { Terms } from '../samples/sample.ts'
import { createCodePanel } from './code-panel.ts'
import {
  fillControls,
  readControls,
  readFields,
  showDefaults,
  showHelpers,
  wireHelpers,
} from './controls.ts'
import { applyAttributes, applyLook, applyView, attributesOf } from './live-element.ts'
import { clearLog } from './log.ts'
import { logEvents } from './page-events.ts'
import { READY_LOOKS } from './ready-looks.ts'
import { createRehearsal } from './rehearsal.ts'
import { logServer } from './server-events.ts'
import { readSetup, writeSetup, type Setup } from './setup.ts'
import { changedTerms, signTerms, type Signed } from './signing.ts'
import { markTab, wireTabs } from './tabs.ts'

const SIGN_AFTER_MS = 250

const form = find('#setup') as HTMLFormElement
const element = find('coinslot-checkout') as CoinslotCheckoutElement
const stage = find('.shop')
const signing = find('.signing')
const script = find('script[src*="/coinslot"]') as HTMLScriptElement

const fields = readFields(form)
const samples: Readonly<Record<string, Terms>> = demoConfiguration.checkouts

let setup = readSetup(location.search, fields)
let signed: (Signed & { readonly key: string }) | undefined
let asking: AbortController | undefined
let waiting: ReturnType<typeof setTimeout> | undefined
let stopLogging: (() => void) | undefined

const codePanel = createCodePanel(location.hash.slice(1), (id) => keep(`#${id}`))
const rehearsal = createRehearsal(() => {
  stopLogging?.()
  element.reset()
  element.focus()
})

/** Shows the setup everywhere; the offer for it is asked for where one is needed. */
function show(): void {
  const terms = changedTerms(setup)
  const key = terms && JSON.stringify(terms)
  // Until the next one is there, the last one is better than none.
  if (!key) signed = undefined
  const checkout = setup['checkout'] ?? ''
  for (const goods of findAll('.goods')) goods.hidden = goods.dataset['sample'] !== checkout
  const attributes = attributesOf(setup, fields, signed?.offer)
  applyAttributes(element, attributes, fields)
  applyView(stage, setup)
  showHelpers(form)
  showDefaults(form, { ...samples[checkout] })
  codePanel.show({
    tag: {
      attributes,
      css: applyLook(setup, fields),
      server: location.origin,
      script: { src: script.src, integrity: script.integrity },
    },
    checkout,
    terms: (signed ? configured(signed.terms) : samples[checkout]) ?? { currency: '' },
    isSigned: signed !== undefined,
  })
  asking?.abort()
  clearTimeout(waiting)
  if (!terms || !key || signed?.key === key) signing.textContent = ''
  else waiting = setTimeout(() => void sign(terms, key), SIGN_AFTER_MS)
}

async function sign(terms: object, key: string): Promise<void> {
  const { signal } = (asking = new AbortController())
  try {
    signed = { ...(await signTerms(terms, signal)), key }
    show()
  } catch (error) {
    if (signal.aborted) return
    signing.textContent = `The server would not take these terms: ${error instanceof Error ? error.message : 'it cannot be reached'}`
  }
}

/** As the configuration has it: what was signed names its sample, whose place it takes. */
function configured({ checkout, ...terms }: Signed['terms']): Terms {
  const sample = samples[String(checkout)]
  return { ...sample, ...terms } as Terms
}

function keep(hash: string): void {
  history.replaceState(null, '', `${location.pathname}${writeSetup(setup, fields)}${hash}`)
}

function take(next: Setup): void {
  setup = next
  keep(location.hash)
  show()
}

function wireSettings(): void {
  const list = find('.controls [role=tablist]')
  wireTabs(list, (tab) => {
    markTab(list, tab)
    for (const panel of findAll('.fields'))
      panel.hidden = panel.id !== tab.getAttribute('aria-controls')
  })
  const change = () => take(readControls(form, fields))
  // Some of them stand outside of the form.
  document.addEventListener('input', ({ target }) => {
    if (target instanceof Element && 'form' in target && target.form === form) change()
  })
  form.addEventListener('submit', (event) => event.preventDefault())
  form.addEventListener('reset', (event) => {
    event.preventDefault()
    replace(readSetup('', fields))
  })
  wireHelpers(form)
  find('.ready-looks').replaceChildren(
    ...READY_LOOKS.map(({ name, look }) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = name
      button.addEventListener('click', () => replace({ ...withoutLook(setup), ...look }))
      return button
    }),
  )
}

function withoutLook(from: Setup): Setup {
  const isLook = (name: string) => ['property', 'part'].includes(fields.get(name)?.kind ?? '')
  return Object.fromEntries(Object.entries(from).filter(([name]) => !isLook(name)))
}

function replace(next: Setup): void {
  fillControls(form, next)
  take(next)
}

function wirePayment(): void {
  logEvents(element, (find('.log').dataset['events'] ?? '').split(' '))
  find('.clear').addEventListener('click', clearLog)
  element.addEventListener('coinslot-redirect', (event) => {
    stopLogging?.()
    stopLogging = logServer(event.sessionId)
    if (setup['view.pay'] === 'leave') return
    event.preventDefault()
    rehearsal.begin(event.sessionId, event.redirectUrl)
  })
}

;(find('[data-kind=fixed]') as HTMLInputElement).value = location.origin
fillControls(form, setup)
wireSettings()
wirePayment()
show()
