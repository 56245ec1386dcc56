/** The body of `<coinslot-status>`: what is shown of a payment. Loaded where the element is on a page. */
import type { html as Html } from 'lit/html.js'
import type { Session } from '../server/contract/schemas.ts'
import { browserTools } from './client.ts'
import { createMoneyFormat } from '../server/contract/money-format.ts'
import { CoinslotStatusEvent } from './events.ts'
import type { ElementLanguage } from './language.ts'
import { StatusController, type StatusTools } from './status-controller.ts'
import { statusMessages, type StatusName } from '../server/contract/status-messages.ts'
import { toMinor } from './terms.ts'

export { styles } from './status-element.styles.ts'

/** The element, as far as this part needs it; a part may not bring a Lit of its own. */
export interface StatusElement {
  readonly html: typeof Html
  update(): void
  dispatch(event: Event): void
  setState(name: string, isOn: boolean): void
}

/** What the page says, with its defaults. */
export interface StatusPage {
  readonly server: string
  readonly session: string | null
  readonly locale: string
  readonly language: ElementLanguage
}

export interface StatusBody {
  /** Takes what the page says; follows the session from then on. */
  configure(page: StatusPage): void
  disconnect(): void
  session(): Session | undefined
  template(): unknown
}

const browser: StatusTools = {
  ...browserTools,
  openStream: (url) => new EventSource(url),
  random: Math.random,
  query: () => location.search,
  watchPage(changed) {
    const look = () => changed(!document.hidden)
    const leave = () => changed(false)
    // No `unload`, and no connection while the page is in the back-forward cache, or it would not be.
    document.addEventListener('visibilitychange', look)
    addEventListener('pageshow', look)
    addEventListener('pagehide', leave)
    look()
    return () => {
      document.removeEventListener('visibilitychange', look)
      removeEventListener('pageshow', look)
      removeEventListener('pagehide', leave)
    }
  },
}

/** What a merchant can say in his own words: each has a slot of its name. */
const SLOTS = [
  'paid',
  'pending',
  'processing',
  'failed',
  'canceled',
  'expired',
  'refunded',
  'review',
  'unknown',
] as const

const CROSS = 'M8.5 8.5l7 7M15.5 8.5l-7 7'
const QUESTION = 'M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2q-1.1.7-1.1 2M12 16.8v.1'
const DOTS = 'M7.5 12h.1M12 12h.1M16.5 12h.1'

const MARKS: Partial<Record<StatusName, string>> = {
  paid: 'M7 12.5l3.5 3.5 6.5-8',
  failed: CROSS,
  canceled: CROSS,
  expired: 'M12 6.5v6l4 2',
  refunded: 'M10 7l-3 3 3 3M7 10h7a3.5 3.5 0 0 1 0 7h-3',
  review: 'M12 6.5v7M12 16.8v.1',
  unknown: QUESTION,
  unnamed: QUESTION,
  unreachable: QUESTION,
}

export function createStatusBody(element: StatusElement, tools = browser): StatusBody {
  const { html } = element
  const report = (session: Session) => element.dispatch(new CoinslotStatusEvent(session))
  const controller = new StatusController({ update: () => element.update(), report }, tools)
  let page: StatusPage
  let shown: StatusName = 'asking'

  function session(): Session | undefined {
    return typeof controller.standing === 'string' ? undefined : controller.standing
  }

  function words(): unknown {
    const [title, sentence] = page.language.status?.[shown] ?? statusMessages[shown]
    return html`<b part="title">${title}</b>
      <p part="text">${sentence}</p>`
  }

  function slot(name: (typeof SLOTS)[number]): unknown {
    const isShown = name === (shown.startsWith('un') ? 'unknown' : shown)
    // What cannot be seen yet would never be said.
    const isSaid = isShown && !page.language.arrival
    return html`<slot name=${name} ?hidden=${!isShown}>${isSaid ? words() : ''}</slot>`
  }

  function icon(): unknown {
    return html`
      <svg part="icon" viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="12" cy="12" r="12" />
        <path d=${MARKS[shown] ?? DOTS} />
      </svg>
    `
  }

  function summary({ amount, currency, description, test }: Partial<Session>): unknown {
    const sum = write(amount, currency, page.locale)
    return html`
      <p part="summary" ?hidden=${!description && !sum}>
        <bdi>${description}</bdi> <b part="amount">${sum}</b>
      </p>
      <b part="badge" ?hidden=${!test}>${page.language.checkout?.test ?? 'Test'}</b>
    `
  }

  return {
    configure(settings) {
      page = settings
      controller.configure(page)
      element.setState(shown, false)
      shown = nameOf(controller.standing)
      element.setState(shown, true)
    },
    disconnect: () => controller.disconnect(),
    session,
    template() {
      const { lang, dir, arrival } = page.language
      // The region is there, empty, before the first status: what is in it from the first is not said.
      return html`
        <div part="base" lang=${lang} dir=${dir} ?inert=${arrival}>
          <div part="message">
            ${icon()}
            <div>
              <div ?hidden=${shown !== 'asking'}>${shown === 'asking' ? words() : ''}</div>
              <div role="status" aria-atomic="true">${SLOTS.map((name) => slot(name))}</div>
            </div>
          </div>
          ${summary(session() ?? {})}
        </div>
      `
    },
  }
}

function nameOf(standing: StatusController['standing']): StatusName {
  if (typeof standing === 'string') return standing
  const { status, exception } = standing
  // "Nothing was charged" would not be true, in whoever's words: money came, and a person looks at it.
  return exception && status !== 'paid' && status !== 'refunded' ? 'review' : status
}

function write(amount: unknown, currency: unknown, locale: string): string {
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return ''
  const minor = toMinor(amount, currency)
  return minor === undefined ? '' : createMoneyFormat(currency, locale).full(minor)
}
