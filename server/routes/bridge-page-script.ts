/** The bridge page's own module: waits for the provider's SDK, opens the payment, and leads the buyer back. */

/**
 * Plain JavaScript for browsers. `begin` takes the provider's `open(payment, callbacks)`. What a callback
 * says only chooses where the buyer goes: whether the payment was made, the server knows.
 */
export const pageScript = `const SLOW_MS = 15_000

const page = document.querySelector('main')
const status = document.querySelector('[role=status]')
const retry = document.querySelector('[data-retry]')

function say(what) {
  status.textContent = status.dataset[what]
  retry.hidden = ['opening', 'opened', 'done'].includes(what)
}

function leave(url, what) {
  if (url) location.replace(url)
  else say(what)
}

export function begin(open) {
  const { success, cancel, fail, payment } = page.dataset
  let isOver = false
  const once = (act) => () => {
    if (isOver) return
    isOver = true
    act()
  }
  say('opening')
  const slow = setTimeout(() => say('slow'), SLOW_MS)

  // By then the SDK has been run, or could not be had; it reads its settings before this event.
  addEventListener('load', () => {
    clearTimeout(slow)
    const onError = once(() => leave(fail, 'failed'))
    try {
      open(JSON.parse(payment), {
        onSuccess: once(() => leave(success, 'done')),
        onCancel: once(() => leave(cancel, 'canceled')),
        onError,
      })
      if (!isOver) say('opened')
    } catch {
      if (!isOver) say('unavailable')
    }
  })
  // Back from another page: what was opened before may be gone.
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload()
  })
}
`

/** The module that the page loads: the provider's part, put to work by ours. */
export function entryScript(openingScript: string): string {
  return `import { begin } from '../bridge.js'\n\n${openingScript}\nbegin(open)\n`
}
