/** The demo's return page: shows where the payment stands, and believes nobody but the server. */
import type { Session } from '../server/contract/schemas.ts'
import { price } from './price.ts'
import { find } from './query.ts'
import { isLast, watchSession, type Sighting } from './session-watch.ts'
import { exceptionTexts, standTexts, stoppedText, type Stand } from './status-text.ts'

const receipt = find('.receipt')
const lookAgain = find('.look-again')
const goOn = find('.go-on') as HTMLAnchorElement

/** Sets text only where it differs, so that a live region does not repeat itself at every look. */
function write(selector: string, text: string): void {
  const element = find(selector)
  if (element.textContent !== text) element.textContent = text
}

function showStand(stand: Stand, explanation = standTexts[stand].explanation): void {
  receipt.dataset.stand = stand
  write('.stand h1', standTexts[stand].title)
  write('.explanation', explanation)
  document.title = `${standTexts[stand].title} · Coinslot demo`
}

function showSession(session: Session): void {
  const { status, exception, amount, currency, description, redirectUrl, test } = session
  // Instead of the explanation: "nothing was charged" would not be true of a late payment.
  showStand(status, exception ? exceptionTexts[exception] : undefined)
  write('.amount', price(amount, currency))
  write('.description', description ?? '')
  find('.payment-description').hidden = !description
  find('.payment').hidden = false
  find('.test-payment').hidden = !test

  goOn.hidden = !redirectUrl || !/^https?:/.test(redirectUrl)
  if (redirectUrl && !goOn.hidden) goOn.href = redirectUrl
  else goOn.removeAttribute('href')

  write('.session-id', session.id)
  write('.answer', JSON.stringify(session, null, 2))
  find('.raw').hidden = false
}

function show(sighting: Sighting): void {
  if (sighting.kind === 'session') showSession(sighting.session)
  else showStand(sighting.kind)
}

async function follow(id: string): Promise<void> {
  lookAgain.hidden = true
  let last: Sighting | undefined
  for await (const sighting of watchSession(id)) {
    show(sighting)
    last = sighting
  }
  if (!last || isLast(last)) return
  showStand(last.kind === 'session' ? last.session.status : 'unreachable', stoppedText)
  lookAgain.hidden = false
}

const id = new URLSearchParams(location.search).get('coinslot_session')
if (id) {
  lookAgain.addEventListener('click', () => {
    // The button goes away; who pressed it with the keyboard must not be sent back to the top.
    find('.stand').focus()
    void follow(id)
  })
  void follow(id)
} else {
  showStand('unnamed')
}
