import { expect, fixture, html, nextFrame, oneEvent, waitUntil } from '@open-wc/testing'
import { sendKeys } from '@web/test-runner-commands'
import { CoinslotCheckoutElement } from '../../widget/index.ts'
import type {
  CoinslotChangeEvent,
  CoinslotErrorEvent,
  CoinslotRedirectEvent,
  CoinslotSubmitEvent,
} from '../../widget/index.ts'
import { loadActPart } from '../../widget/parts.ts'
import { checkoutTerms, fakeServer, json, problem, session } from './fixtures.ts'

const pageFetch = window.fetch

/** Lets a fake server answer this page's requests until the test is over. */
function serve(...replies: Parameters<typeof fakeServer>) {
  const server = fakeServer(...replies)
  window.fetch = server.fetch
  return server
}

/** The checkout of most tests, which needs no request to be painted, and stays on the page. */
async function donation(template = html``) {
  const box = await fixture<HTMLElement>(html`
    <div>
      <coinslot-checkout
        checkout="donation"
        server="https://pay.shop.example/"
        currency="USD"
        amount="25.00"
        min-amount="5.00"
        locale="en-US"
        editable
        >${template}</coinslot-checkout
      >
    </div>
  `)
  const element = box.querySelector('coinslot-checkout')!
  element.addEventListener('coinslot-redirect', (event) => event.preventDefault())
  await element.updateComplete
  // It asked for this first, so by now it has it.
  await loadActPart()
  return element
}

async function mount(markup: string): Promise<CoinslotCheckoutElement> {
  const box = await fixture<HTMLElement>(html`<div></div>`)
  box.innerHTML = markup
  const element = box.querySelector('coinslot-checkout')!
  await element.updateComplete
  return element
}

const part = (element: Element, name: string) =>
  element.shadowRoot!.querySelector<HTMLElement>(`[part="${name}"]`)!
const field = (element: Element) => part(element, 'input') as HTMLInputElement
const words = (element: Element | null) => element?.textContent?.replace(/\s+/g, ' ').trim() ?? ''
const button = (element: Element) => part(element, 'button') as HTMLButtonElement
// As it is shown: what is hidden does not count.
const buttonText = (element: Element) => button(element).innerText.replace(/\s+/g, ' ').trim()
const status = (element: Element) => words(element.shadowRoot!.querySelector('[role=status]'))

/** The element's language has come. */
async function isThere(element: CoinslotCheckoutElement) {
  await element.updateComplete
  await waitUntil(() => !part(element, 'base').matches('.waiting'))
}

/** Types like a buyer: the text replaces what is in the field, key by key. */
async function write(element: CoinslotCheckoutElement, text: string) {
  field(element).focus()
  field(element).select()
  await sendKeys(text ? { type: text } : { press: 'Delete' })
  await element.updateComplete
}

describe('<coinslot-checkout>', () => {
  // Nobody types as soon as a test does.
  before(loadActPart)
  afterEach(() => {
    window.fetch = pageFetch
    document.documentElement.style.colorScheme = ''
    document.documentElement.style.backgroundColor = ''
  })

  describe('is accessible', () => {
    for (const scheme of ['light', 'dark']) {
      it(`in the ${scheme} scheme, with a hint, an error, a badge and a fixed amount`, async () => {
        document.documentElement.style.colorScheme = scheme
        document.documentElement.style.backgroundColor = 'Canvas'
        document.documentElement.style.color = 'CanvasText'
        const shown = await donation()
        await expect(shown).to.be.accessible()
        await write(shown, '3')
        await shown.pay()
        await shown.updateComplete
        await expect(shown).to.be.accessible()

        serve('hang')
        const waiting = await mount('<coinslot-checkout checkout="a"></coinslot-checkout>')
        expect(waiting.state).to.equal('loading')
        await expect(waiting).to.be.accessible()

        serve(json(checkoutTerms()))
        const test = await mount('<coinslot-checkout checkout="a"></coinslot-checkout>')
        await oneEvent(test, 'coinslot-ready')
        await test.updateComplete
        await expect(test).to.be.accessible()

        const fixed = await mount(
          '<coinslot-checkout checkout="a" currency="USD" amount="9.00" description="Tea"></coinslot-checkout>',
        )
        await expect(fixed).to.be.accessible()
      })
    }

    it('ties label, currency, hint and error to the field', async () => {
      const element = await donation()
      const input = field(element)
      expect(input.labels?.[0]).to.equal(part(element, 'label'))
      const ids = input.getAttribute('aria-describedby')!.split(' ')
      expect(ids.map((id) => element.shadowRoot!.getElementById(id))).to.deep.equal([
        part(element, 'currency'),
        part(element, 'hint'),
        part(element, 'error'),
      ])
      expect(input.getAttribute('aria-invalid')).to.equal('false')
      expect(words(part(element, 'hint'))).to.equal('Minimum $5.00')
    })

    it('keeps its texts at the side that its language begins at, whichever way its page runs', async () => {
      const element = await donation()
      const side = () => getComputedStyle(part(element, 'hint')).textAlign
      element.parentElement!.dir = 'rtl'
      expect(part(element, 'hint').textContent).to.contain('Minimum')
      expect(side()).to.equal('left')
      element.parentElement!.dir = 'ltr'
      element.locale = 'he'
      await isThere(element)
      expect(side()).to.equal('right')
      expect(getComputedStyle(part(element, 'hint')).direction).to.equal('rtl')
    })

    it('has targets of 44 pixels and does not overflow a telephone of 320', async () => {
      const box = await fixture<HTMLElement>(html`<div style="inline-size: 288px"></div>`)
      box.innerHTML = `<coinslot-checkout checkout="a" currency="USD" amount="9999999.00" editable
        description="${'Donaudampfschifffahrt'.repeat(4)}"></coinslot-checkout>`
      const element = box.querySelector('coinslot-checkout')!
      await element.updateComplete
      for (const target of [button(element), part(element, 'field')]) {
        expect(target.offsetHeight).to.be.at.least(44)
        expect(target.getBoundingClientRect().width).to.be.at.most(288)
      }
      expect(box.scrollWidth).to.equal(288)
    })
  })

  describe('at the keyboard', () => {
    it('pays from the field by Enter, after a tab to the field and typing', async () => {
      const server = serve(json(session({ amount: '30.00' }), 201))
      const element = await donation()
      await sendKeys({ press: 'Tab' })
      if (document.activeElement !== element) element.focus()
      expect(element.shadowRoot!.activeElement).to.equal(field(element))
      await write(element, '30')
      expect(buttonText(element)).to.equal('Pay $30.00')
      setTimeout(() => void sendKeys({ press: 'Enter' }))
      const event: Event = await oneEvent(element, 'coinslot-redirect')
      expect((event as CoinslotRedirectEvent).redirectUrl).to.equal(
        'https://provider.example/pay/1',
      )
      expect(server.requests).to.have.length(1)
    })

    it('pays once for two Enters', async () => {
      const server = serve('hang')
      const element = await donation()
      field(element).focus()
      await sendKeys({ press: 'Enter' })
      await sendKeys({ press: 'Enter' })
      expect(server.requests).to.have.length(1)
      element.remove()
    })

    it('keeps the focus on the button while it is busy', async () => {
      serve('hang')
      const element = await donation()
      button(element).focus()
      await sendKeys({ press: ' ' })
      await element.updateComplete
      expect(element.shadowRoot!.activeElement).to.equal(button(element))
      expect(button(element).disabled).to.equal(false)
      expect(button(element).getAttribute('aria-disabled')).to.equal('true')
    })
  })

  describe('refuses', () => {
    it('an amount under the minimum: the field has the focus, the error is said, nothing is sent', async () => {
      const server = serve('hang')
      const element = await donation()
      await write(element, '3')
      let refusal: CoinslotErrorEvent | undefined
      element.addEventListener('coinslot-error', (event) => (refusal = event))
      button(element).click()
      await element.updateComplete
      expect(words(part(element, 'error'))).to.equal('The minimum is $5.00.')
      // It stands where the hint stood, so that nothing below moves from under a pointer.
      expect(getComputedStyle(part(element, 'hint')).display).to.equal('none')
      expect(part(element, 'error').getAttribute('role')).to.equal('alert')
      expect(field(element).getAttribute('aria-invalid')).to.equal('true')
      expect(element.shadowRoot!.activeElement).to.equal(field(element))
      expect(element.matches(':state(invalid)')).to.equal(true)
      expect(refusal?.code).to.equal('amount_below_minimum')
      expect(server.requests).to.have.length(0)

      await write(element, '30')
      expect(words(part(element, 'error'))).to.equal('')
      expect(element.matches(':state(invalid)')).to.equal(false)
    })

    it('to pay while it or its fieldset is disabled', async () => {
      const server = serve('hang')
      const element = await donation()
      element.disabled = true
      await element.pay()
      await element.updateComplete
      expect(button(element).disabled).to.equal(true)
      element.disabled = false
      const fieldset = document.createElement('fieldset')
      fieldset.disabled = true
      element.parentElement!.append(fieldset)
      fieldset.append(element)
      await element.pay()
      expect(field(element).disabled).to.equal(true)
      expect(server.requests).to.have.length(0)
    })
  })

  describe('shows', () => {
    it('what will be charged on the button, and makes no request for it', async () => {
      const server = serve('hang')
      const element = await donation()
      expect(buttonText(element)).to.equal('Pay $25.00')
      expect(field(element).value).to.equal('25.00')
      expect(element.state).to.equal('idle')
      expect(server.requests).to.have.length(0)
    })

    it('a fixed amount without a field', async () => {
      const element = await mount(
        '<coinslot-checkout checkout="a" currency="USD" amount="9" description="Tea"></coinslot-checkout>',
      )
      expect(field(element)).to.equal(null)
      expect(words(part(element, 'summary'))).to.equal('Tea $9.00')
      expect(buttonText(element)).to.equal('Pay $9.00')
    })

    it('that the terms are coming, then the terms, and that it is a test', async () => {
      serve(json(checkoutTerms()))
      const element = await mount('<coinslot-checkout checkout="a"></coinslot-checkout>')
      expect(element.state).to.equal('loading')
      expect(element.matches(':state(loading)')).to.equal(true)
      expect(status(element)).to.equal('Loading…')
      await oneEvent(element, 'coinslot-ready')
      await element.updateComplete
      expect(element.state).to.equal('idle')
      expect(element.matches(':state(test)')).to.equal(true)
      expect(words(part(element, 'badge'))).to.equal('Test mode')
      expect(words(part(element, 'summary'))).to.equal('Support the library')
      expect(words(part(element, 'hint'))).to.equal('From $5.00 to $5,000.00')
    })

    it('that it is unavailable, and tries again by its button', async () => {
      const server = serve(problem('checkout_not_found', 404), json(checkoutTerms()))
      const element = await mount('<coinslot-checkout checkout="a"></coinslot-checkout>')
      const event: Event = await oneEvent(element, 'coinslot-error')
      await element.updateComplete
      expect(event).to.include({ code: 'checkout_not_found', retryable: false, requestId: 'r1' })
      expect(element.state).to.equal('unavailable')
      expect(element.matches(':state(failed)')).to.equal(true)
      expect(words(part(element, 'error'))).to.equal('Payment is not available right now.')
      expect(buttonText(element)).to.equal('Try again')
      setTimeout(() => button(element).click())
      await oneEvent(element, 'coinslot-ready')
      expect(server.requests).to.have.length(2)
    })

    it('and announces that it is busy, and opens no second payment', async () => {
      const server = serve('hang')
      const element = await donation()
      button(element).click()
      button(element).click()
      await element.updateComplete
      expect(element.state).to.equal('submitting')
      expect(element.matches(':state(busy)')).to.equal(true)
      expect(status(element)).to.equal('Preparing your payment…')
      expect(part(element, 'spinner').hidden).to.equal(false)
      expect(field(element).readOnly).to.equal(true)
      // What paying needs may still be on its way.
      await waitUntil(() => server.requests.length > 0)
      expect(server.requests).to.have.length(1)
    })

    it("a server's refusal in words, and the terms that it names", async () => {
      serve(problem('amount_below_minimum', 422, { minAmount: '50.00', currency: 'USD' }))
      const element = await donation()
      await element.pay()
      await element.updateComplete
      expect(words(part(element, 'error'))).to.equal('The minimum is $50.00.')
      expect(words(part(element, 'hint'))).to.equal('Minimum $50.00')
      expect(element.shadowRoot!.activeElement).to.equal(field(element))
    })

    it('texts of the page in place of its own, and slots', async () => {
      const element = await donation(html`
        <b slot="label">Your gift</b><small slot="footer">Thank you</small>
        <p>No script</p>
      `)
      element.messages = { pay: 'Give {amount}' }
      await element.updateComplete
      expect(buttonText(element)).to.equal('Give $25.00')
      expect(element.querySelector('b')!.offsetHeight).to.be.above(0)
      expect(element.querySelector('small')!.offsetHeight).to.be.above(0)
      expect(element.querySelector('p')!.offsetHeight).to.equal(0)
    })

    it('text as text, never as markup', async () => {
      const element = await donation()
      element.description = '<img src=x onerror=alert(1)>'
      await element.updateComplete
      expect(element.shadowRoot!.querySelector('img')).to.equal(null)
      expect(words(part(element, 'summary'))).to.equal('<img src=x onerror=alert(1)>')
    })
  })

  describe('reads', () => {
    it('what is typed as its locale writes it, and shows it so when the field is left', async () => {
      const element = await donation()
      element.locale = 'de_CH'
      element.currency = 'CHF'
      await isThere(element)
      await write(element, "1'234.5")
      expect(field(element).value).to.equal("1'234.5")
      field(element).blur()
      await element.updateComplete
      // Which apostrophe it is depends on the age of the browser's locale data.
      expect(field(element).value).to.match(/^1['’]234\.50$/)
      expect(buttonText(element)).to.match(/^CHF 1['’]234\.50 zahlen$/)
    })

    it('the nearest lang, also around its shadow root, and takes a locale that is none for none', async () => {
      const box = await fixture<HTMLElement>(html`<div lang="de"><span></span></div>`)
      const root = box.querySelector('span')!.attachShadow({ mode: 'open' })
      root.innerHTML =
        '<coinslot-checkout locale="x!" checkout="a" currency="EUR" amount="1234.00"></coinslot-checkout>'
      const element = root.querySelector('coinslot-checkout')!
      await isThere(element)
      expect(buttonText(element)).to.equal('1.234,00 € zahlen')
    })

    it('attributes that change at any time', async () => {
      const element = await donation()
      element.setAttribute('amount', '30.00')
      element.setAttribute('min-amount', '10.00')
      await element.updateComplete
      expect(buttonText(element)).to.equal('Pay $30.00')
      element.editable = false
      await element.updateComplete
      expect(field(element)).to.equal(null)
      expect(element.getAttribute('editable')).to.equal('false')
    })

    it('keeps its properties under a second tag name', () => {
      customElements.define('second-checkout', class extends CoinslotCheckoutElement {})
      const element = document.createElement('second-checkout') as CoinslotCheckoutElement
      element.disabled = true
      expect(element.disabled).to.equal(true)
      element.disabled = false
      expect(element.hasAttribute('disabled')).to.equal(false)
    })

    it('judges what the page has just set, rendered or not', async () => {
      const element = await donation()
      element.amount = '1.00'
      expect(element.checkValidity()).to.equal(false)
      element.amount = '10.00'
      expect(element.checkValidity()).to.equal(true)
    })

    it('properties that were set before it was defined', async () => {
      const early = document.createElement('coinslot-early') as CoinslotCheckoutElement
      early.checkout = 'a'
      early.currency = 'USD'
      early.amount = '7.00'
      early.messages = { pay: 'Give {amount}' }
      const box = await fixture<HTMLElement>(html`<div>${early}</div>`)
      customElements.define('coinslot-early', class extends CoinslotCheckoutElement {})
      await (box.firstElementChild as CoinslotCheckoutElement).updateComplete
      expect(buttonText(early)).to.equal('Give $7.00')
    })

    it('nothing from the mouse wheel', async () => {
      const element = await donation()
      field(element).focus()
      field(element).dispatchEvent(new WheelEvent('wheel', { deltaY: 100, bubbles: true }))
      expect(field(element).type).to.equal('text')
      expect(field(element).value).to.equal('25.00')
    })
  })

  describe('tells the page', () => {
    it('of its terms, of a change and of a payment, by events that bubble and leave shadow roots', async () => {
      serve(json(session({ amount: '30.00' }), 201))
      const element = await donation()
      const seen: Event[] = []
      const types = ['ready', 'change', 'submit', 'redirect', 'error'].map((n) => `coinslot-${n}`)
      for (const type of types) {
        element.parentElement!.addEventListener(type, (event) => seen.push(event))
      }
      await write(element, '9')
      await element.updateComplete
      element.amount = '30.00'
      await element.pay()
      expect(seen.map(({ type }) => type)).to.deep.equal([
        'coinslot-change',
        'coinslot-submit',
        'coinslot-redirect',
      ])
      const [change, submit, redirect] = seen as [
        CoinslotChangeEvent,
        CoinslotSubmitEvent,
        CoinslotRedirectEvent,
      ]
      expect(change).to.include({ amount: '9.00', currency: 'USD', cancelable: false })
      expect(submit).to.include({ amount: '30.00', currency: 'USD', cancelable: true })
      expect(redirect).to.include({
        cancelable: true,
        sessionId: 'cs_3q2-7wAAAAAAAAAAAAAAAA',
        redirectUrl: 'https://provider.example/pay/1',
      })
      expect(seen.every(({ bubbles, composed }) => bubbles && composed)).to.equal(true)
      expect(element.state).to.equal('idle')
    })

    it('nothing when the page sets the amount itself', async () => {
      const element = await donation()
      let changes = 0
      element.addEventListener('coinslot-change', () => changes++)
      element.amount = '40.00'
      await element.updateComplete
      expect(changes).to.equal(0)
    })
  })

  describe('in a form', () => {
    async function inForm(markup: string) {
      const form = await fixture<HTMLFormElement>(html`<form></form>`)
      form.innerHTML = markup
      const element = form.querySelector('coinslot-checkout')!
      await element.updateComplete
      await loadActPart()
      return { form, element }
    }
    const editable =
      '<coinslot-checkout name="gift" checkout="a" currency="USD" amount="25" min-amount="5" max-amount="100" required editable locale="en"></coinslot-checkout>'

    for (const [text, flag] of [
      ['', 'valueMissing'],
      ['x', 'badInput'],
      ['4', 'rangeUnderflow'],
      ['101', 'rangeOverflow'],
      ['5.0001', 'stepMismatch'],
    ] as const) {
      it(`"${text}" is ${flag}`, async () => {
        const { form, element } = await inForm(editable)
        await write(element, text)
        expect(element.validity[flag]).to.equal(true)
        expect(element.validationMessage).not.to.equal('')
        expect(form.checkValidity()).to.equal(false)
        expect(new FormData(form).get('gift')).to.equal(
          flag === 'rangeUnderflow' ? '4.00' : flag === 'rangeOverflow' ? '101.00' : null,
        )
      })
    }

    it('says what is wrong, in the field, when it is asked to', async () => {
      const { element } = await inForm(editable)
      await write(element, '4')
      expect(element.reportValidity()).to.equal(false)
      await element.updateComplete
      expect(words(part(element, 'error'))).to.equal('The minimum is $5.00.')
    })

    it('the amount is its value, and reset takes it back', async () => {
      const { form, element } = await inForm(editable)
      expect(new FormData(form).get('gift')).to.equal('25.00')
      await write(element, '30')
      expect(new FormData(form).get('gift')).to.equal('30.00')
      expect(element.checkValidity()).to.equal(true)
      form.reset()
      await element.updateComplete
      expect(field(element).value).to.equal('25.00')
      expect(new FormData(form).get('gift')).to.equal('25.00')
    })
  })

  describe('lives on a page', () => {
    it('is back to idle when the page comes back from the back-forward cache', async () => {
      serve('hang')
      const element = await donation()
      void element.pay()
      expect(element.state).to.equal('submitting')
      window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }))
      expect(element.state).to.equal('submitting')
      window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
      await element.updateComplete
      expect(element.state).to.equal('idle')
      expect(buttonText(element)).to.equal('Pay $25.00')
    })

    it('is silent when it is removed in the middle of a request, and works when it is back', async () => {
      const server = serve('hang')
      const element = await donation()
      const box = element.parentElement!
      let errors = 0
      element.addEventListener('coinslot-error', () => errors++)
      const paying = element.pay()
      element.remove()
      await paying
      expect(server.requests[0]!.init.signal!.aborted).to.equal(true)
      expect(errors).to.equal(0)
      box.append(element)
      await element.updateComplete
      expect(element.state).to.equal('idle')
      expect(buttonText(element)).to.equal('Pay $25.00')
    })

    it('asks again for its terms when it was removed while they were coming', async () => {
      const server = serve('hang', json(checkoutTerms()))
      const element = await mount('<coinslot-checkout checkout="a"></coinslot-checkout>')
      const box = element.parentElement!
      element.remove()
      await nextFrame()
      box.append(element)
      await oneEvent(element, 'coinslot-ready')
      expect(server.requests).to.have.length(2)
    })

    for (const [name, requests] of [
      ['coinslot-submit', 0],
      ['coinslot-redirect', 1],
    ] as const) {
      it(`leads nowhere where a listener of ${name} takes it off the page`, async () => {
        const server = serve(json(session()))
        const element = await mount(
          '<coinslot-checkout checkout="a" currency="USD" amount="25.00" target="_blank"></coinslot-checkout>',
        )
        const opened = {
          closed: false,
          location: { href: '' },
          close: () => (opened.closed = true),
        }
        const pageOpen = window.open
        window.open = () => opened as unknown as Window
        element.addEventListener(name, () => element.remove())
        await element.pay()
        window.open = pageOpen
        expect(server.requests).to.have.length(requests)
        expect(opened.location.href).to.equal('')
        expect(element.state).to.equal('idle')
      })
    }

    it('goes on with what is under way when it is moved to another place of the page', async () => {
      const server = serve(json(checkoutTerms()), json(session()))
      const element = await mount('<coinslot-checkout checkout="a"></coinslot-checkout>')
      const box = element.parentElement!
      const isReady = oneEvent(element, 'coinslot-ready')
      box.append(document.createElement('section'), element)
      await isReady
      element.addEventListener('coinslot-redirect', (event) => event.preventDefault())
      const isLeaving = oneEvent(element, 'coinslot-redirect')
      void element.pay()
      box.querySelector('section')!.append(element)
      await isLeaving
      expect(server.requests).to.have.length(2)
    })

    it('asks for nothing before it is on a page', async () => {
      const server = serve('hang')
      const element = document.createElement('coinslot-checkout')
      element.checkout = 'a'
      await nextFrame()
      expect(server.requests).to.have.length(0)
    })

    it('minds its own business beside others', async () => {
      const server = serve('hang')
      const [first, second] = [await donation(), await donation()]
      await write(first, '30')
      void first.pay()
      expect(second.state).to.equal('idle')
      expect(buttonText(second)).to.equal('Pay $25.00')
      void second.pay()
      expect(server.requests[0]!.key).not.to.equal(server.requests[1]!.key)
    })

    it('is registered once, however often the script is loaded', async () => {
      const registered = customElements.get('coinslot-checkout')
      await import(`../../widget/index.ts?again=${performance.now()}`)
      expect(customElements.get('coinslot-checkout')).to.equal(registered)
    })

    it('leaves no inline style behind', async () => {
      const element = await donation()
      void element.pay()
      await nextFrame()
      expect(element.shadowRoot!.querySelector('[style], style')).to.equal(null)
    })
  })
})
