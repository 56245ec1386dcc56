import { expect, fixture, html, oneEvent, waitUntil } from '@open-wc/testing'
import { loadLanguage } from '../../widget/languages-part.ts'
import { CoinslotStatusElement, type CoinslotStatusEvent } from '../../widget/index.ts'
import { fakeServer, json, problem, session } from './fixtures.ts'

const pageFetch = window.fetch
const PageEventSource = window.EventSource

/** Answers the page's questions; there is no stream, as behind many a proxy. */
function serve(...replies: Parameters<typeof fakeServer>) {
  const server = fakeServer(...replies)
  window.fetch = server.fetch
  window.EventSource = class extends EventTarget {
    static CLOSED = 2
    readyState = 2
    constructor() {
      super()
      setTimeout(() => this.dispatchEvent(new Event('error')))
    }
    close() {}
  } as unknown as typeof EventSource
  return server
}

const part = (element: Element, name: string) =>
  element.shadowRoot!.querySelector<HTMLElement>(`[part="${name}"]`)
const words = (element: HTMLElement) => element.innerText.replace(/\s+/g, ' ').trim()

/** All that is shown: the element's own words and, of the merchant's, those that are not hidden. */
function said(element: HTMLElement): string {
  const merchants = [...element.querySelectorAll<HTMLElement>('[slot]')]
  const shown = merchants.filter(({ assignedSlot, offsetHeight }) => assignedSlot && offsetHeight)
  return [...shown, part(element, 'base')!].map(words).join(' ')
}

async function mount(markup: string): Promise<CoinslotStatusElement> {
  const box = await fixture<HTMLElement>(html`<div></div>`)
  box.innerHTML = markup
  return box.querySelector('coinslot-status')!
}

/** The element once it shows something of a session, or that there is none. */
async function shows(state: string, markup = '<coinslot-status session="cs_1"></coinslot-status>') {
  const element = await mount(markup)
  await waitUntil(() => element.matches(`:state(${state})`), state)
  await waitUntil(() => !part(element, 'base')!.inert, 'its language')
  await element.updateComplete
  return element
}

describe('<coinslot-status>', () => {
  // An element waits three seconds for its language, and a busy machine may want more for the first.
  before(() => Promise.all(['de', 'ar'].map(loadLanguage)))
  afterEach(() => {
    window.fetch = pageFetch
    window.EventSource = PageEventSource
    document.documentElement.style.colorScheme = ''
    document.documentElement.style.backgroundColor = ''
    history.replaceState(null, '', location.pathname)
  })

  it('says so where the page names no session', async () => {
    expect(said(await shows('unnamed', '<coinslot-status></coinslot-status>'))).to.match(
      /^No payment to show/,
    )
  })

  it('says so where the server does not know it, and where there is no answer', async () => {
    serve(problem('session_not_found', 404))
    const unknown = said(await shows('unknown'))
    serve(new TypeError('offline'))
    const unreachable = said(await shows('unreachable'))
    expect(unknown).to.match(/^We could not find this payment/)
    expect(unreachable).to.match(/^We cannot reach the payment server/)
  })

  it('believes the server, and of the address only the id', async () => {
    const server = serve(json(session({ status: 'pending' })))
    history.replaceState(null, '', '?coinslot_session=cs_9&status=paid')
    const element = await shows('pending', '<coinslot-status></coinslot-status>')
    expect(server.requests[0]!.url).to.match(/\/v1\/sessions\/cs_9$/)
    expect(said(element)).to.match(/^Waiting for your payment/)
  })

  it('never tells that nothing was charged where money came that needs a person', async () => {
    for (const status of ['pending', 'failed', 'canceled', 'expired']) {
      serve(json(session({ status, exception: 'late' })))
      const element = await shows(
        'review',
        `<coinslot-status session="cs_1"><p slot="${status}">Nothing was charged.</p></coinslot-status>`,
      )
      expect(said(element)).to.match(/^The shop is looking at your payment/)
      expect(said(element)).not.to.contain('charged')
    }
    serve(json(session({ status: 'paid', exception: 'overpaid' })))
    expect(said(await shows('paid'))).to.match(/^Payment received/)
  })

  it('shows what was paid as the locale writes it, to the last decimal, and that it is a test', async () => {
    serve(
      json(
        session({
          status: 'paid',
          amount: '9007199254740.93',
          currency: 'EUR',
          description: 'Tee',
          test: true,
        }),
      ),
    )
    const element = await shows(
      'paid',
      '<coinslot-status session="cs_1" locale="de-AT"></coinslot-status>',
    )
    expect(words(part(element, 'summary')!)).to.equal('Tee € 9.007.199.254.740,93')
    expect(part(element, 'badge')!.offsetHeight).to.be.above(0)
  })

  it("is written from right to left where its locale is, and is the page's otherwise", async () => {
    serve(json(session({ status: 'paid' })))
    const element = await shows(
      'paid',
      '<coinslot-status session="cs_1" locale="ar-EG"></coinslot-status>',
    )
    expect(getComputedStyle(part(element, 'base')!).direction).to.equal('rtl')
    element.locale = 'en'
    await element.updateComplete
    expect(getComputedStyle(part(element, 'base')!).direction).to.equal('ltr')
  })

  for (const status of [
    'paid',
    'pending',
    'processing',
    'failed',
    'canceled',
    'expired',
    'refunded',
  ]) {
    it(`lets the merchant say "${status}" in his own words, and has words of its own`, async () => {
      serve(json(session({ status })))
      expect(said(await shows(status)).length).to.be.above(20)
      const element = await shows(
        status,
        `<coinslot-status session="cs_1"><p slot="${status}">Mine</p><p slot="unknown">No</p></coinslot-status>`,
      )
      expect(said(element)).to.match(/^Mine( \$25.00)?$/)
    })
  }

  it('shows a line of the merchant’s beside the middle of its mark', async () => {
    serve(json(session({ status: 'paid' })))
    const markup =
      '<coinslot-status session="cs_1"><p slot="paid" style="line-height: 24px">Mine</p></coinslot-status>'
    const element = await shows('paid', markup)
    const middle = (one: Element) => {
      const { top, height } = one.getBoundingClientRect()
      return top + height / 2
    }
    const mark = part(element, 'icon')!
    expect(middle(element.querySelector('p')!)).to.be.closeTo(middle(mark), 1)
  })

  it('tells the page of each change, beyond shadow roots', async () => {
    serve(json(session({ status: 'paid' })))
    const element = await mount('<coinslot-status session="cs_1"></coinslot-status>')
    const event = (await oneEvent(document.body, 'coinslot-status')) as CoinslotStatusEvent
    expect(event.target).to.equal(element)
    expect(element.current).to.equal(event.session)
    expect(event.session).to.include({ status: 'paid', amount: '25.00' })
    expect(event.bubbles && event.composed && !event.cancelable).to.equal(true)
  })

  it('says each status aloud, in a region that was there before its text', async () => {
    serve('hang')
    const element = await shows('asking')
    await waitUntil(() => element.shadowRoot!.querySelector('[role=status]'))
    const region = element.shadowRoot!.querySelector<HTMLElement>('[role=status]')!
    expect(words(region)).to.equal('')
    serve(json(session({ status: 'paid' })))
    element.session = 'cs_2'
    await waitUntil(() => element.matches(':state(paid)'))
    expect(element.shadowRoot!.querySelector('[role=status]')).to.equal(region)
    expect(words(region)).to.match(/^Payment received/)
  })

  it('asks again when it is back on a page, and nobody while it is off', async () => {
    const server = serve('hang')
    const element = await shows('asking')
    const box = element.parentElement!
    await waitUntil(() => server.requests.length === 1)
    element.remove()
    expect(server.requests[0]!.init.signal!.aborted).to.equal(true)
    box.append(element)
    await waitUntil(() => server.requests.length === 2)
    element.remove()
  })

  for (const scheme of ['light', 'dark']) {
    it(`is accessible in the ${scheme} scheme`, async () => {
      document.documentElement.style.colorScheme = scheme
      document.documentElement.style.backgroundColor = 'Canvas'
      document.documentElement.style.color = 'CanvasText'
      for (const status of ['paid', 'failed', 'processing']) {
        serve(json(session({ status, description: 'Tea', test: true })))
        await expect(await shows(status)).to.be.accessible()
      }
      await expect(await shows('unnamed', '<coinslot-status></coinslot-status>')).to.be.accessible()
    })
  }
})
