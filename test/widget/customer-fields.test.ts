import { expect, fixture, html, oneEvent, waitUntil } from '@open-wc/testing'
import { sendKeys } from '@web/test-runner-commands'
import type { CoinslotCheckoutElement, CoinslotErrorEvent } from '../../widget/index.ts'
import '../../widget/index.ts'
import { loadActPart } from '../../widget/parts.ts'
import { checkoutTerms, fakeServer, json, offer, problem, session } from './fixtures.ts'

const pageFetch = window.fetch
const ALL = ['name', 'email', 'phone', 'billingAddress', 'shippingAddress']
const ADDRESS = { line1: 'Ring 1', city: 'Wien', country: 'AT' }

/** A checkout whose terms ask for these parts, on a page that has said this. */
async function mount(
  collect: readonly string[],
  properties: Partial<CoinslotCheckoutElement> = {},
  ...replies: Parameters<typeof fakeServer>
) {
  const terms = json(checkoutTerms({ collect, amount: '19.90', editable: false }))
  const server = fakeServer(
    terms,
    ...(replies.length ? replies : [json(session({ amount: '19.90' }), 201)]),
  )
  window.fetch = server.fetch
  const box = await fixture<HTMLElement>(html`<div></div>`)
  const element = document.createElement('coinslot-checkout')
  Object.assign(element, { checkout: 'mug', server: 'https://pay.shop.example', locale: 'en-AT' })
  Object.assign(element, properties)
  element.addEventListener('coinslot-redirect', (event) => event.preventDefault())
  const isReady = oneEvent(element, 'coinslot-ready')
  box.append(element)
  await isReady
  await element.updateComplete
  return { element, server }
}

/** Terms of which the amount is the buyer's, and too little at first. */
const LITTLE = offer({ checkout: 'mug', editable: true, amount: '1.00' })

const all = (element: Element, selector: string) => [
  ...element.shadowRoot!.querySelectorAll<HTMLInputElement>(selector),
]
const fieldsOf = (element: Element) =>
  all(element, '[part=customer] :is(input, select)').map(({ name, type }) => name || type)
const byName = (element: Element, name: string) => all(element, `[name="${name}"]`)[0]!
const messages = (element: Element) =>
  all(element, '[part=customer] [part=error]')
    .map(({ id, innerText }) => [id.replace('-error', ''), innerText.trim()])
    .filter(([, text]) => text)
const ways = (element: Element) => all(element, '[role=alert] a') as HTMLElement[]
const alert = (element: Element) => all(element, '[role=alert]')[0]!.textContent!.trim()

async function fill(element: CoinslotCheckoutElement, values: Record<string, string>) {
  for (const [name, value] of Object.entries(values)) {
    const input = byName(element, name)
    input.value = value
    input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }))
  }
  await element.updateComplete
}

describe('what <coinslot-checkout> asks of the buyer', () => {
  before(loadActPart)
  afterEach(() => {
    window.fetch = pageFetch
    document.documentElement.style.cssText = ''
  })

  it('is not paid without: it is said in words at each field, the first has the focus, nothing is sent', async () => {
    const { element, server } = await mount(['name', 'email', 'billingAddress'])
    const errors: CoinslotErrorEvent[] = []
    element.addEventListener('coinslot-error', (event) => errors.push(event as CoinslotErrorEvent))
    await fill(element, { email: 'ada@localhost' })
    expect(element.checkValidity()).to.equal(false)
    expect(element.validity.customError).to.equal(true)
    expect(messages(element)).to.deep.equal([])

    await element.pay()
    await element.updateComplete
    expect(server.requests).to.have.length(1)
    expect(messages(element)).to.deep.equal([
      ['firstName', 'Please enter your name.'],
      ['email', 'Please write the email address like name@example.com.'],
      ['billingAddress.line1', 'Please enter the street and house number.'],
      ['billingAddress.city', 'Please enter the city.'],
    ])
    expect(alert(element)).to.match(/^Please look at the fields that are marked\./)
    expect(ways(element).map(({ textContent }) => textContent)).to.deep.equal(
      messages(element).map(([, message]) => message),
    )
    expect(errors.map(({ code }) => code)).to.deep.equal(['customer_invalid'])
    const first = byName(element, 'firstName')
    expect(element.shadowRoot!.activeElement).to.equal(first)
    expect(first.getAttribute('aria-invalid')).to.equal('true')
    expect(first.getAttribute('aria-describedby')).to.equal('firstName-error')

    await fill(element, { firstName: 'Ada' })
    expect(messages(element).map(([name]) => name)).not.to.include('firstName')
    expect(first.getAttribute('aria-invalid')).to.equal('false')
  })

  it('and a wrong amount are said in one summary, which leads to each field and not away from the page', async () => {
    const { element } = await mount(['email'], { offer: LITTLE, locale: 'en-US' })
    const errors: CoinslotErrorEvent[] = []
    element.addEventListener('coinslot-error', (event) => errors.push(event as CoinslotErrorEvent))
    await element.pay()
    await element.updateComplete
    expect(element.shadowRoot!.activeElement?.id).to.equal('input')
    expect(all(element, '#hint')[0]!.textContent).to.equal('The minimum is $5.00.')
    expect(messages(element)).to.deep.equal([['email', 'Please enter your email address.']])
    expect(errors.map(({ code }) => code)).to.deep.equal(['amount_below_minimum'])

    const address = location.href
    for (const [index, id] of ['input', 'email'].entries()) {
      ways(element)[index]!.click()
      expect(element.shadowRoot!.activeElement?.id).to.equal(id)
    }
    expect(location.href).to.equal(address)

    await fill(element, { email: 'ada@example.com' })
    await element.pay()
    await element.updateComplete
    expect(alert(element)).to.equal('The minimum is $5.00.')
    expect(ways(element)).to.have.length(0)
  })

  it('is not sent by Enter in a field either, until it is all there', async () => {
    const { element, server } = await mount(['email'])
    byName(element, 'email').focus()
    await sendKeys({ press: 'Enter' })
    await element.updateComplete
    expect(messages(element)).to.deep.equal([['email', 'Please enter your email address.']])
    await fill(element, { email: 'ada@example.com' })
    const isLeaving = oneEvent(element, 'coinslot-redirect')
    await sendKeys({ press: 'Enter' })
    await isLeaving
    expect(server.requests[1]!.body).to.deep.include({ customer: { email: 'ada@example.com' } })
  })

  it('is only what neither the page nor the offer tells', async () => {
    const given = { lastName: 'Lovelace', email: '', billingAddress: ADDRESS }
    const { element, server } = await mount(ALL, {
      customer: given,
      offer: offer({ checkout: 'mug', customer: { phone: '+1 202 555 0100' } }),
    })
    expect(fieldsOf(element).slice(0, 2)).to.deep.equal(['email', 'shippingAddress.line1'])
    expect(fieldsOf(element)).to.have.length(7)
    await fill(element, {
      email: 'ada@example.com',
      'shippingAddress.line1': '1 Rue de Rivoli',
      'shippingAddress.city': 'Paris',
      'shippingAddress.country': 'FR',
    })
    expect(element.checkValidity()).to.equal(true)
    await element.pay()
    expect(server.requests[1]!.body).to.deep.include({
      customer: {
        lastName: 'Lovelace',
        email: 'ada@example.com',
        billingAddress: ADDRESS,
        shippingAddress: { line1: '1 Rue de Rivoli', city: 'Paris', country: 'FR' },
      },
    })
    element.customer = { ...given, email: 'ada@shop.example', shippingAddress: ADDRESS }
    await element.updateComplete
    expect(fieldsOf(element)).to.deep.equal([])
  })

  it('is asked in the language of the page, or in its own words', async () => {
    const { element } = await mount(['name', 'billingAddress'], {
      locale: 'de-AT',
      messages: { lastName: 'Familienname' },
    })
    // The texts come in a file of their own, and nothing is shown before.
    await waitUntil(() => !element.matches(':state(loading)'))
    const labels = all(element, '[part=customer] label').map(({ innerText }) => innerText.trim())
    expect(labels.slice(0, 3)).to.deep.equal(['Vorname', 'Familienname', 'Straße und Hausnummer'])
    const country = byName(element, 'billingAddress.country') as unknown as HTMLSelectElement
    expect(country.selectedOptions[0]!.text).to.equal('Österreich')
  })

  it('is nothing where nothing is collected', async () => {
    const { element } = await mount([])
    expect(all(element, '[part=customer]')).to.have.length(0)
  })

  it('delivers to the billing address, unless the buyer says another', async () => {
    const { element, server } = await mount(['billingAddress', 'shippingAddress'])
    expect(fieldsOf(element)).to.have.length(7)
    await fill(element, { 'billingAddress.line1': 'Ring 1', 'billingAddress.city': 'Wien' })
    await element.pay()
    expect(server.requests[1]!.body).to.deep.include({
      customer: { billingAddress: ADDRESS, shippingAddress: ADDRESS },
    })
    all(element, '[type=checkbox]')[0]!.click()
    await element.updateComplete
    expect(fieldsOf(element)).to.have.length(13)
    expect(element.checkValidity()).to.equal(false)
  })

  it('is asked when only the server knows that it is needed', async () => {
    const { element, server } = await mount(
      [],
      { customer: { firstName: 'Ada' } },
      problem('customer_required', 422, { missing: ['phone'] }),
      json(session({ amount: '19.90' }), 201),
    )
    await element.pay()
    await element.updateComplete
    expect(alert(element)).to.contain('The shop needs to know more before you can pay.')
    expect(fieldsOf(element)).to.deep.equal(['phone'])
    expect(element.shadowRoot!.activeElement).to.equal(byName(element, 'phone'))
    await fill(element, { phone: '+1 202 555 0100' })
    await element.pay()
    expect(server.requests[2]!.body).to.deep.include({
      customer: { firstName: 'Ada', phone: '+1 202 555 0100' },
    })
  })

  it('is forgotten by reset(), and in no attribute and no storage', async () => {
    const { element } = await mount(['name', 'billingAddress'])
    await fill(element, { firstName: 'Canary', 'billingAddress.country': 'FR' })
    expect(
      element.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }),
    ).not.to.contain('Canary')
    element.reset()
    await element.updateComplete
    expect(byName(element, 'firstName').value).to.equal('')
    expect(byName(element, 'billingAddress.country').value).to.equal('AT')
  })

  it('cannot be changed while a payment is prepared or the element is disabled', async () => {
    const { element } = await mount(['email', 'billingAddress'], {}, 'hang')
    await fill(element, {
      email: 'ada@example.com',
      'billingAddress.line1': 'Ring 1',
      'billingAddress.city': 'Wien',
    })
    void element.pay()
    await element.updateComplete
    expect(byName(element, 'email').readOnly).to.equal(true)
    expect(byName(element, 'billingAddress.country').disabled).to.equal(true)
    element.reset()
    element.disabled = true
    await element.updateComplete
    expect(fieldsOf(element).every((name) => byName(element, name).disabled)).to.equal(true)
  })

  it('is filled in by browsers, has targets of 44 px, and fits 320 px in either direction', async () => {
    const { element } = await mount(ALL)
    element.style.inlineSize = '280px'
    for (const direction of ['ltr', 'rtl']) {
      element.style.direction = direction
      expect(element.scrollWidth).to.be.at.most(280)
      for (const field of all(element, '[part=customer] :is([part=field], .same)')) {
        expect(field.getBoundingClientRect().height).to.be.at.least(44)
        expect(field.getBoundingClientRect().right).to.be.at.most(
          element.getBoundingClientRect().right + 0.5,
        )
      }
    }
    expect(
      all(element, '[part=customer] [autocomplete]').map(({ autocomplete }) => autocomplete),
    ).to.deep.equal([
      'given-name',
      'family-name',
      'email',
      'tel',
      'billing address-line1',
      'billing address-line2',
      'billing postal-code',
      'billing address-level2',
      'billing address-level1',
      'billing country',
    ])
  })

  for (const scheme of ['light', 'dark']) {
    it(`is accessible in the ${scheme} scheme, with its errors`, async () => {
      document.documentElement.style.cssText = `color-scheme: ${scheme}; background: Canvas; color: CanvasText`
      const { element } = await mount(ALL)
      await expect(element).to.be.accessible()
      await element.pay()
      await element.updateComplete
      await expect(element).to.be.accessible()
    })
  }
})
