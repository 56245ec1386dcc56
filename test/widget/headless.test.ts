import { expect, fixture, html, oneEvent, waitUntil } from '@open-wc/testing'
import { configure } from '../../widget/configuration.ts'
import type { CoinslotErrorEvent } from '../../widget/events.ts'
import { createCheckout, type HeadlessSettings } from '../../widget/headless.ts'
import { loadActPart } from '../../widget/parts.ts'
import { checkoutTerms, donation, fakeServer, json, problem, SERVER, session } from './fixtures.ts'

const pageFetch = window.fetch

/** A page's own form; the payment page is not gone to. */
async function mount(settings: HeadlessSettings, ...replies: Parameters<typeof fakeServer>) {
  const server = fakeServer(...replies)
  window.fetch = server.fetch
  const form = await fixture<HTMLFormElement>(html`<form><input /><button>Pay</button></form>`)
  const field = form.querySelector('input')!
  const shown: string[] = []
  const errors: string[] = []
  form.addEventListener('coinslot-redirect', (event) => event.preventDefault())
  form.addEventListener('coinslot-error', ({ code }) => errors.push(code))
  const checkout = createCheckout({
    server: `${SERVER}/`,
    locale: 'en-US',
    ...settings,
    element: form,
    field,
    show: ({ buttonText }) => shown.push(buttonText),
  })
  const shownAtFirst = [...shown]
  // It asked for this first, so by now it has it.
  await loadActPart()
  await settled()
  return { server, form, field, shown, shownAtFirst, errors, checkout }
}

const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('a page’s own field and button', () => {
  before(loadActPart)
  afterEach(() => {
    window.fetch = pageFetch
    configure({})
  })

  it('do not pay an amount that is too small: the field has the focus, the page is told', async () => {
    const { server, field, errors, checkout } = await mount(donation)
    checkout.type('4')
    await checkout.pay()
    expect(checkout.error).to.deep.equal({
      code: 'amount_below_minimum',
      message: 'The minimum is $5.00.',
    })
    expect(document.activeElement).to.equal(field)
    expect(errors).to.deep.equal(['amount_below_minimum'])
    expect(server.requests).to.have.length(0)
  })

  it('do not pay while something must be known of the buyer, which the page is told and then tells', async () => {
    const terms = checkoutTerms({ collect: ['name', 'email'], amount: '19.90', editable: false })
    const answer = json(session({ amount: '19.90' }), 201)
    const { server, errors, checkout } = await mount({ checkout: 'mug' }, json(terms), answer)
    await waitUntil(() => checkout.state === 'idle')
    expect(checkout.missing).to.deep.equal(['name', 'email'])
    checkout.change({ customer: { firstName: 'Ada', email: '' } })
    expect(checkout.missing).to.deep.equal(['email'])
    await checkout.pay()
    expect(errors).to.deep.equal(['customer_required'])
    expect(checkout.error!.message).to.contain('needs to know more')
    expect(server.requests).to.have.length(1)

    checkout.change({ customer: { firstName: 'Ada', email: 'ada@example.com' } })
    expect(checkout.missing).to.deep.equal([])
    expect(checkout.error).to.equal(undefined)
    await checkout.pay()
    expect(server.requests[1]!.body).to.deep.include({
      customer: { firstName: 'Ada', email: 'ada@example.com' },
    })
  })

  it('learn what must be known of the buyer also where only the server knows', async () => {
    const refusal = problem('customer_required', 422, { missing: ['email'] })
    const { form, checkout } = await mount(donation, refusal)
    void checkout.pay()
    const { code } = await oneEvent<CoinslotErrorEvent>(form, 'coinslot-error')
    expect(code).to.equal('customer_required')
    expect(checkout.missing).to.deep.equal(['email'])
  })

  it('are shown at the end of what has changed, once, and not before there is a checkout', async () => {
    const { shown, shownAtFirst, checkout } = await mount(donation)
    expect(shownAtFirst).to.deep.equal([])
    shown.length = 0
    checkout.type('3')
    checkout.type('30')
    checkout.change({ minAmount: '10.00' })
    expect(shown).to.deep.equal([])
    await settled()
    expect(shown).to.deep.equal(['Pay $30.00'])
    expect(checkout.hint).to.equal('Minimum $10.00')
  })

  it('have the amounts that are suggested, and arrows where a step is said', async () => {
    const { checkout } = await mount({ ...donation, presets: '10 50', step: '0.50' })
    const { presets } = checkout.terms!
    expect(presets.map((preset) => checkout.format!.full(preset))).to.deep.equal([
      '$10.00',
      '$50.00',
    ])
    checkout.choose(presets[1]!)
    expect(checkout.text).to.equal('50.00')
    checkout.press(new KeyboardEvent('keydown', { key: 'ArrowUp', cancelable: true }))
    expect(checkout.amount).to.equal('50.50')
  })

  it('pay what is shown, one session', async () => {
    const { server, shown, checkout } = await mount(donation, json(session(), 201))
    await Promise.all([checkout.pay(), checkout.pay()])
    expect(server.requests).to.have.length(1)
    expect(server.requests[0]!.url).to.equal(`${SERVER}/v1/sessions`)
    expect(shown.at(-1)).to.equal('Pay $25.00')
  })

  it('say so where nothing can be paid, and try again', async () => {
    const lost = problem('checkout_not_found', 404)
    const { shown, checkout } = await mount({ checkout: 'x' }, lost, json(checkoutTerms()))
    await waitUntil(() => shown.at(-1) === 'Try again')
    void checkout.pay()
    await waitUntil(() => shown.at(-1) === 'Pay $25.00')
  })

  it('follow the configuration of the app, until they are taken away', async () => {
    const { shown, checkout } = await mount({ ...donation, locale: undefined })
    configure({ locale: 'de' })
    await waitUntil(() => shown.at(-1) === '25,00\u00a0$ zahlen')
    checkout.end()
    const count = shown.length
    configure({ locale: 'en' })
    await settled()
    expect(shown).to.have.length(count)
  })

  it('say nothing more once they are taken away in the middle of a payment', async () => {
    const { server, shown, errors, checkout } = await mount(donation, 'hang')
    const paid = checkout.pay()
    await settled()
    checkout.end()
    const count = shown.length
    await paid
    await settled()
    expect(server.requests[0]!.init.signal!.aborted).to.equal(true)
    expect(shown).to.have.length(count)
    expect(errors).to.deep.equal([])
  })
})
