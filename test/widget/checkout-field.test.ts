import { expect, fixture, html, oneEvent } from '@open-wc/testing'
import { sendKeys } from '@web/test-runner-commands'
import type { CoinslotChangeEvent, CoinslotCheckoutElement } from '../../widget/index.ts'
import '../../widget/index.ts'
import { loadActPart } from '../../widget/parts.ts'
import { checkoutTerms, createPage, donation, fakeServer, json, session } from './fixtures.ts'

const pageFetch = window.fetch

const MARKUP =
  '<coinslot-checkout name="gift" checkout="a" server="https://pay.shop.example" currency="USD" amount="25" min-amount="5" max-amount="500" editable locale="en-US" presets="10 25 100"></coinslot-checkout>'

async function mount(attributes = '', around = 'div') {
  const box = await fixture<HTMLElement>(html`<div></div>`)
  box.innerHTML = `<${around}>${MARKUP.replace('></', ` ${attributes}></`)}<button>Order</button></${around}>`
  const element = box.querySelector('coinslot-checkout')!
  element.addEventListener('coinslot-redirect', (event) => event.preventDefault())
  await element.updateComplete
  return { box, element, form: element.closest('form')! }
}

const part = (element: Element, name: string) =>
  element.shadowRoot!.querySelector<HTMLElement>(`[part="${name}"]`)!
const field = (element: Element) => part(element, 'input') as HTMLInputElement
const presets = (element: Element) => [
  ...element.shadowRoot!.querySelectorAll<HTMLInputElement>('[part=preset] input'),
]
const labels = (element: Element) => presets(element).map((it) => it.labels![0]!.textContent.trim())
const chosen = (element: Element) => presets(element).findIndex((preset) => preset.checked)
const buttonText = (element: Element) => part(element, 'button').innerText.trim()

async function write(element: CoinslotCheckoutElement, text: string) {
  field(element).focus()
  // What was left with the field before is written first.
  await element.updateComplete
  field(element).select()
  await sendKeys(text ? { type: text } : { press: 'Delete' })
  await element.updateComplete
}

describe('the field of <coinslot-checkout>', () => {
  before(loadActPart)
  afterEach(() => {
    window.fetch = pageFetch
  })

  describe('offers presets', () => {
    it('but none for a fixed price, and none that is no amount, twice there or may not be paid', async () => {
      const { element } = await mount()
      element.presets = '4.99 x 1e2 -5 0 10.001 10 10.00 500.01 500'
      await element.updateComplete
      expect(labels(element)).to.deep.equal(['$10.00', '$500.00'])
      element.presets = ''
      await element.updateComplete
      expect(part(element, 'presets')).to.equal(null)
      element.presets = '10'
      element.editable = false
      await element.updateComplete
      expect(presets(element)).to.have.length(0)
    })

    it('that the server tells, unless the page says others', async () => {
      const server = fakeServer(json(checkoutTerms({ presets: ['10.00', '50.00'] })))
      window.fetch = server.fetch
      const box = await fixture<HTMLElement>(html`<div></div>`)
      box.innerHTML = '<coinslot-checkout checkout="a" locale="en-US"></coinslot-checkout>'
      const element = box.querySelector('coinslot-checkout')!
      await oneEvent(element, 'coinslot-ready')
      await element.updateComplete
      expect(labels(element)).to.deep.equal(['$10.00', '$50.00'])
      element.presets = '20'
      await element.updateComplete
      expect(labels(element)).to.deep.equal(['$20.00'])
    })

    it('as radios under the name of the field, written as the locale does', async () => {
      const { element } = await mount()
      expect(part(element, 'presets').getAttribute('role')).to.equal('radiogroup')
      const name = part(element, 'presets').getAttribute('aria-labelledby')!
      expect(element.shadowRoot!.getElementById(name)).to.equal(part(element, 'label'))
      element.locale = 'de-DE'
      await element.updateComplete
      expect(labels(element)[2]).to.equal('100,00\u00a0$')
      await expect(element).to.be.accessible()
    })

    it('one of which sets the amount, and tells the page', async () => {
      const server = fakeServer(json(session({ amount: '100.00' }), 201))
      window.fetch = server.fetch
      const { element } = await mount()
      const changes: string[] = []
      element.addEventListener('coinslot-change', (event) => changes.push(event.amount))
      expect(chosen(element)).to.equal(1)
      presets(element)[2]!.click()
      await element.updateComplete
      expect(field(element).value).to.equal('100.00')
      expect(buttonText(element)).to.equal('Pay $100.00')
      expect(chosen(element)).to.equal(2)
      expect(changes).to.deep.equal(['100.00'])
      await element.pay()
      expect(server.requests[0]!.body).to.include({ amount: '100.00' })
    })

    it('of which typing chooses the one that it equals, and no other', async () => {
      const { element } = await mount()
      await write(element, '30')
      expect(chosen(element)).to.equal(-1)
      await write(element, '10.0')
      expect(chosen(element)).to.equal(0)
      await write(element, 'x')
      expect(chosen(element)).to.equal(-1)
      presets(element)[1]!.click()
      await element.updateComplete
      expect(field(element).value).to.equal('25.00')
      expect(part(element, 'error').innerText).to.equal('')
    })

    it('that take arrow keys as radios do', async () => {
      const { element } = await mount('step="1"')
      presets(element)[1]!.focus()
      await sendKeys({ press: 'ArrowDown' })
      await element.updateComplete
      expect(element.shadowRoot!.activeElement).to.equal(presets(element)[2])
      expect(chosen(element)).to.equal(2)
      expect(field(element).value).to.equal('100.00')
    })

    it('that cannot be changed while it pays, or in a disabled fieldset', async () => {
      window.fetch = fakeServer('hang').fetch
      const { element } = await mount()
      const paying = element.pay()
      await element.updateComplete
      presets(element)[2]!.click()
      await element.updateComplete
      expect(chosen(element)).to.equal(1)
      element.reset()
      await paying
      const disabled = await mount('', 'fieldset disabled')
      expect(presets(disabled.element).every(({ disabled }) => disabled)).to.equal(true)
    })

    it('with targets of 44 pixels that wrap on a telephone of 320', async () => {
      const { box, element } = await mount()
      box.style.inlineSize = '288px'
      element.presets = '10 20 30 40 50 60'
      await element.updateComplete
      for (const preset of presets(element)) {
        expect(preset.labels![0]!.getBoundingClientRect().height).to.be.at.least(44)
      }
      const tops = presets(element).map((preset) => preset.getBoundingClientRect().top)
      expect(new Set(tops).size).to.be.above(1)
      expect(box.scrollWidth).to.be.at.most(288)
    })
  })

  describe('steps', () => {
    async function press(attributes: string, text: string, ...keys: string[]) {
      const { element } = await mount(attributes)
      await write(element, text)
      for (const key of keys) {
        // That it was pressed need not mean that the page has heard of it.
        const heard = oneEvent(window, 'keydown')
        await sendKeys({ press: key })
        await heard
      }
      await element.updateComplete
      return field(element).value
    }

    it('by no key where no step is said, or one that is none', async () => {
      expect(await press('', '30', 'ArrowUp')).to.equal('30')
      for (const step of ['0', '-1', 'any', '0.001']) {
        expect(await press(`step="${step}"`, '30', 'ArrowUp'), step).to.equal('30')
      }
    })

    it('not from what is no amount', async () => {
      expect(await press('step="5"', 'x', 'ArrowUp')).to.equal('x')
    })

    for (const [text, keys, value] of [
      ['30', ['ArrowUp'], '35.00'],
      ['30', ['ArrowDown', 'ArrowDown'], '20.00'],
      ['12.34', ['ArrowUp'], '17.34'],
      ['', ['ArrowUp'], '5.00'],
      ['', ['ArrowDown'], ''],
      ['7', ['ArrowDown'], '5.00'],
      ['5', ['ArrowDown'], '5.00'],
      ['2', ['ArrowDown'], '2.00'],
      ['498', ['ArrowUp', 'ArrowUp'], '500.00'],
      ['600', ['ArrowUp'], '600.00'],
      ['600', ['ArrowDown'], '500.00'],
      ['30', ['Home', 'End', 'PageUp'], '30'],
    ] as const) {
      it(`from "${text}" by ${keys.join(', ')} to ${value}`, async () => {
        expect(await press('step="5"', text, ...keys)).to.equal(value)
      })
    }

    for (const held of ['shiftKey', 'altKey', 'ctrlKey', 'metaKey']) {
      it(`not with ${held} held, which means something else`, () => {
        const page = createPage({ ...donation, step: '5' })
        const event = new KeyboardEvent('keydown', {
          key: 'ArrowUp',
          cancelable: true,
          [held]: true,
        })
        page.controller.press(event)
        expect(event.defaultPrevented).to.equal(false)
        expect(page.controller.amount).to.equal('25.00')
      })
    }

    it('and tells the page of each', async () => {
      const page = createPage({ ...donation, step: '0.5' })
      const event = new KeyboardEvent('keydown', { key: 'ArrowUp', cancelable: true })
      page.controller.press(event)
      expect(event.defaultPrevented).to.equal(true)
      expect(page.event<CoinslotChangeEvent>('coinslot-change').at(-1)?.amount).to.equal('25.50')
    })
  })

  describe('in a native form', () => {
    it('keeps the form from being sent with an amount that is wrong, and has the focus', async () => {
      const { element, form } = await mount('', 'form')
      let sent = 0
      form.addEventListener('submit', (event) => {
        event.preventDefault()
        sent++
      })
      await write(element, '3')
      form.querySelector('button')!.focus()
      form.requestSubmit()
      expect(sent).to.equal(0)
      expect(element.shadowRoot!.activeElement).to.equal(field(element))
      await write(element, '30')
      form.requestSubmit()
      expect(sent).to.equal(1)
      expect(new FormData(form).get('gift')).to.equal('30.00')
    })

    it('may be left empty unless it is required, though nothing can be paid then', async () => {
      const server = fakeServer('hang')
      window.fetch = server.fetch
      const { element, form } = await mount('', 'form')
      await write(element, '')
      expect(form.checkValidity()).to.equal(true)
      expect(new FormData(form).get('gift')).to.equal(null)
      await element.pay()
      await element.updateComplete
      expect(part(element, 'error').innerText).to.equal('Please enter an amount.')
      expect(server.requests).to.have.length(0)
      element.required = true
      await element.updateComplete
      expect(form.checkValidity()).to.equal(false)
      expect(element.validity.valueMissing).to.equal(true)
    })

    it('sends nothing while its fieldset is disabled, and is no obstacle', async () => {
      const { element, form } = await mount('required', 'form')
      const fieldset = document.createElement('fieldset')
      form.append(fieldset)
      fieldset.append(element)
      fieldset.disabled = true
      await write(element, '')
      expect(new FormData(form).get('gift')).to.equal(null)
      expect(form.checkValidity()).to.equal(true)
    })
  })

  describe('is restored by the browser', () => {
    it('with what was typed, and tells nobody', async () => {
      const { element } = await mount()
      let changes = 0
      element.addEventListener('coinslot-change', () => changes++)
      element.formStateRestoreCallback('40.00')
      await element.updateComplete
      expect(field(element).value).to.equal('40.00')
      expect(buttonText(element)).to.equal('Pay $40.00')
      expect(changes).to.equal(0)
      element.reset()
      await element.updateComplete
      expect(field(element).value).to.equal('25.00')
    })

    it('but not with what is no amount, nor where the price is fixed', async () => {
      const { element } = await mount()
      element.formStateRestoreCallback('<b>')
      await element.updateComplete
      expect(field(element).value).to.equal('25.00')
      element.editable = false
      await element.updateComplete
      element.formStateRestoreCallback('40.00')
      await element.updateComplete
      expect(buttonText(element)).to.equal('Pay $25.00')
    })

    it('when the terms come later', async () => {
      const page = createPage({ checkout: 'donation' }, json(checkoutTerms()))
      page.controller.restore('40.00')
      await page.reaches('idle')
      expect(page.controller.amount).to.equal('40.00')
      page.change({ amount: '30.00' })
      expect(page.controller.amount).to.equal('30.00')
    })
  })
})
