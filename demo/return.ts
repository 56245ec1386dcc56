/** The demo's return page: beside `<coinslot-status>`, the way back to an open payment and the raw answer. */
import type { Session } from '../server/contract/schemas.ts'
import type { CoinslotStatusElement } from '../widget/index.ts'
import { find } from './query.ts'

const goOn = find('.go-on') as HTMLAnchorElement
const status = find('coinslot-status') as CoinslotStatusElement

function show(session: Session): void {
  const { redirectUrl = '' } = session
  document.title = `Payment ${session.status} · Coinslot demo`
  find('.test-payment').hidden = !session.test
  goOn.hidden = !/^https?:/.test(redirectUrl)
  if (goOn.hidden) goOn.removeAttribute('href')
  else goOn.href = redirectUrl
  find('.session-id').textContent = session.id
  find('.answer').textContent = JSON.stringify(session, null, 2)
  find('.raw').hidden = false
}

status.addEventListener('coinslot-status', ({ session }) => show(session))
// It may have been told before this script was there to listen.
if (status.current) show(status.current)
