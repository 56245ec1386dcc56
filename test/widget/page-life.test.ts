import { expect, fixture, html, nextFrame, oneEvent } from '@open-wc/testing'
import { CoinslotCheckoutElement, type CoinslotRedirectEvent } from '../../widget/index.ts'
import { checkoutTerms, fakeServer, json, session } from './fixtures.ts'

const MARKUP =
  '<coinslot-checkout checkout="a" server="https://pay.shop.example" currency="USD" amount="25.00" locale="en-US" editable></coinslot-checkout>'

const pageFetch = window.fetch

type Place = (box: HTMLElement) => CoinslotCheckoutElement | Promise<CoinslotCheckoutElement>

const find = (root: ParentNode) => root.querySelector('coinslot-checkout')!

function parse(markup: string): CoinslotCheckoutElement {
  const template = document.createElement('template')
  template.innerHTML = markup
  return document.importNode(template.content, true).firstElementChild as CoinslotCheckoutElement
}

/** Sets what `MARKUP` says by properties. */
function configure(element: CoinslotCheckoutElement): CoinslotCheckoutElement {
  const server = 'https://pay.shop.example'
  return Object.assign(element, {
    checkout: 'a',
    server,
    currency: 'USD',
    amount: '25.00',
    locale: 'en-US',
    editable: true,
  })
}

function put(box: HTMLElement, element: CoinslotCheckoutElement): CoinslotCheckoutElement {
  box.append(element)
  return element
}

const places: Record<string, Place> = {
  'by innerHTML': (box) => {
    box.innerHTML = MARKUP
    return find(box)
  },
  'by document.createElement, and is told its properties before': (box) =>
    put(box, configure(document.createElement('coinslot-checkout'))),
  'by document.createElement, and is told its properties later': async (box) => {
    const element = put(box, document.createElement('coinslot-checkout'))
    await nextFrame()
    return configure(element)
  },
  'by its constructor': (box) => put(box, configure(new CoinslotCheckoutElement())),
  'out of a template': (box) => put(box, parse(MARKUP)),
  'in a part of the page that was parsed as another document': (box) => {
    const other = new DOMParser().parseFromString(`<div>${MARKUP}</div>`, 'text/html')
    box.append(other.body.firstElementChild!)
    return find(box)
  },
  'as the copy of another, without its shadow root': (box) => {
    box.innerHTML = MARKUP
    const copy = find(box).cloneNode(true) as CoinslotCheckoutElement
    box.replaceChildren(copy)
    return copy
  },
  'over a shadow root that a server has written': (box) => {
    if (!('setHTMLUnsafe' in box)) return put(box, parse(MARKUP))
    const shadow = '<template shadowrootmode="open"><p>Written by a server</p></template>'
    box.setHTMLUnsafe(MARKUP.replace('></', `>${shadow}</`))
    return find(box)
  },
  'in another shadow root': (box) => {
    const root = box.attachShadow({ mode: 'closed' })
    root.innerHTML = MARKUP
    return find(root)
  },
  'in a form': (box) => {
    box.innerHTML = `<form>${MARKUP}<input name="other"><button>Order</button></form>`
    box.firstElementChild!.addEventListener('submit', () => {
      throw new Error('the form was sent')
    })
    return find(box)
  },
  'in a dialog that is opened later': async (box) => {
    box.innerHTML = `<dialog>${MARKUP}</dialog>`
    await nextFrame()
    box.querySelector('dialog')!.showModal()
    return find(box)
  },
  'where it is not displayed, and is later': async (box) => {
    box.style.display = 'none'
    box.innerHTML = MARKUP
    await nextFrame()
    box.style.display = ''
    return find(box)
  },
  'and is moved to another place': async (box) => {
    box.innerHTML = `${MARKUP}<section></section>`
    const element = find(box)
    await nextFrame()
    box.querySelector('section')!.append(element)
    return element
  },
  'and is taken away and put back, again and again': async (box) => {
    const element = put(box, parse(MARKUP))
    for (let count = 0; count < 5; count++) {
      element.remove()
      if (count % 2) await nextFrame()
      box.append(element)
    }
    return element
  },
}

describe('<coinslot-checkout> that comes onto a page', () => {
  afterEach(() => {
    window.fetch = pageFetch
  })

  for (const [name, place] of Object.entries(places)) {
    it(`${name} pays what is typed, by one request`, async () => {
      const server = fakeServer(json(session({ amount: '30.00' })))
      window.fetch = server.fetch
      const box = await fixture<HTMLElement>(html`<div></div>`)
      const element = await place(box)
      element.addEventListener('coinslot-redirect', (event) => event.preventDefault())
      const isLeaving = oneEvent(element, 'coinslot-redirect')
      await element.updateComplete
      const input = element.shadowRoot!.querySelector('input')!
      input.focus()
      expect(element.shadowRoot!.activeElement).to.equal(input)
      input.value = '30'
      input.dispatchEvent(new InputEvent('input', { bubbles: true }))
      await element.updateComplete
      const button = element.shadowRoot!.querySelector('button')!
      expect(button.innerText.trim()).to.equal('Pay $30.00')
      expect(getComputedStyle(button).minHeight).to.equal('52px')
      expect(element.shadowRoot!.textContent).not.to.contain('Written by a server')
      input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))
      void element.pay()
      const { redirectUrl } = (await isLeaving) as unknown as CoinslotRedirectEvent
      expect(redirectUrl).to.equal('https://provider.example/pay/1')
      expect(server.requests.map(({ body }) => body)).to.deep.equal([
        { checkout: 'a', amount: '30.00', locale: 'en-US' },
      ])
    })
  }

  it('in a template, asks for nothing and is nothing yet', async () => {
    const server = fakeServer('hang')
    window.fetch = server.fetch
    const box = await fixture<HTMLElement>(html`<div></div>`)
    box.innerHTML = '<template><coinslot-checkout checkout="a"></coinslot-checkout></template>'
    await nextFrame()
    expect(find(box.querySelector('template')!.content).shadowRoot).to.equal(null)
    expect(server.requests).to.have.length(0)
  })

  it('can be told anything at any time: what is said last holds', async () => {
    const server = fakeServer(json(checkoutTerms({ currency: 'EUR' })), 'hang')
    window.fetch = server.fetch
    const box = await fixture<HTMLElement>(html`<div></div>`)
    const element = put(box, document.createElement('coinslot-checkout'))
    const values = ['a', 'USD', '1.00', '', 'de-DE', '_blank', 'true', 'nonsense', undefined]
    const { attributes } = CoinslotCheckoutElement
    for (const name of attributes.filter((name) => !['server', 'disabled'].includes(name))) {
      for (const value of values) {
        Object.assign(element, { [name]: value })
        if (values.indexOf(value) % 3 === 0) await element.updateComplete
      }
    }
    configure(element)
    await element.updateComplete
    expect(element.state).to.equal('idle')
    expect(element.validity.valid).to.equal(true)
    element.amount = '31.00'
    await element.updateComplete
    expect(element.shadowRoot!.querySelector('button')!.innerText.trim()).to.equal('Pay $31.00')
  })
})

describe('<coinslot-checkout> on a page with ways of its own', () => {
  const button = (element: Element) => element.shadowRoot!.querySelector('button')!
  const minHeight = (element: Element) => getComputedStyle(button(element)).minHeight

  async function show(): Promise<CoinslotCheckoutElement> {
    const box = await fixture<HTMLElement>(html`<div></div>`)
    const element = put(box, parse(MARKUP))
    await element.updateComplete
    return element
  }

  for (const font of ['', 'monospace']) {
    it(`is as large as the text around it, in ${font || 'its'} font, also where a rem is ten pixels`, async () => {
      document.documentElement.style.fontSize = '62.5%'
      try {
        const element = await show()
        const box = element.parentElement!
        box.style.cssText = `width: 1000px; font: 20px/3 serif; --coinslot-font: ${font}`
        const { fontSize, lineHeight, fontFamily } = getComputedStyle(button(element))
        expect([fontSize, lineHeight]).to.deep.equal(['20px', '28px'])
        expect(fontFamily).to.equal(font || 'serif')
        expect(element.offsetWidth).to.equal(20 * 26)
      } finally {
        document.documentElement.style.fontSize = ''
      }
    })
  }

  it('keeps its look in another document, and when it is back', async () => {
    const element = await show()
    const page = element.parentElement!
    const frame = document.createElement('iframe')
    page.append(frame)
    for (const place of [frame.contentDocument!.body, page]) {
      place.append(element)
      expect(minHeight(element)).to.equal('52px')
      new Document().append(element)
    }
    page.append(element)
    expect(minHeight(element)).to.equal('52px')
  })

  it('breaks lines where the page around it breaks none', async () => {
    const element = await show()
    element.description = 'What is paid for here takes more than one line of so narrow a place'
    element.parentElement!.style.cssText = 'width: 120px; white-space: nowrap'
    await element.updateComplete
    expect(element.scrollWidth).to.equal(120)
  })

  for (const editable of [true, false]) {
    const price = editable ? 'an amount to choose' : 'a fixed price'
    it(`says what is charged for ${price}, also where a tool that translates pages has replaced its texts`, async () => {
      const element = await show()
      element.editable = editable
      await element.updateComplete
      const base = element.shadowRoot!.querySelector<HTMLElement>('[part=base]')!
      const texts = document.createTreeWalker(base, NodeFilter.SHOW_TEXT)
      const found: Text[] = []
      while (texts.nextNode()) found.push(texts.currentNode as Text)
      for (const text of found.filter(({ parentElement }) => parentElement?.translate)) {
        const font = document.createElement('font')
        font.textContent = text.data
        text.replaceWith(font)
      }
      element.amount = '30.00'
      await element.updateComplete
      expect(base.querySelector('font')).not.to.equal(null)
      expect([...new Set(base.innerText.match(/\d+\.00/g))]).to.deep.equal(['30.00'])
    })
  }

  it('knows the decimals of a currency beside a script that gives every object a method', async () => {
    const everything = Object.prototype as { extend?: () => void }
    everything.extend = () => undefined
    try {
      const element = await show()
      expect(button(element).innerText.trim()).to.equal('Pay $25.00')
    } finally {
      delete everything.extend
    }
  })
})
