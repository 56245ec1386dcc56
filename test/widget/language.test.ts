import { expect, fixture, html, waitUntil } from '@open-wc/testing'
import { configure } from '../../widget/index.ts'
import type { CoinslotCheckoutElement, CoinslotStatusElement } from '../../widget/index.ts'
import { createPage, donation, problem } from './fixtures.ts'

const part = (element: Element, name: string) =>
  element.shadowRoot!.querySelector<HTMLElement>(`[part="${name}"]`)!
const words = (element: HTMLElement) => element.innerText.replace(/\s+/g, ' ').trim()

/** The files of languages that this page has asked for. */
const loaded = () =>
  performance
    .getEntriesByType('resource')
    .flatMap(({ name }) => /contract\/languages\/([\w-]+)\.json/.exec(name)?.[1] ?? [])

const checkout = (locale: string) => html`
  <coinslot-checkout
    checkout="a"
    currency="EUR"
    amount="9.00"
    min-amount="5.00"
    editable
    locale=${locale}
  ></coinslot-checkout>
`

async function mount(locale: string): Promise<CoinslotCheckoutElement> {
  const element = await fixture<CoinslotCheckoutElement>(checkout(locale))
  await element.updateComplete
  return element
}

async function speaks(locale: string): Promise<CoinslotCheckoutElement> {
  const element = await mount(locale)
  await waitUntil(() => !part(element, 'base').matches('.waiting'))
  return element
}

describe('the language of an element', () => {
  it('is English without asking for any', async () => {
    for (const locale of ['en', 'en-AU']) {
      const element = await mount(locale)
      expect(words(part(element, 'button'))).to.match(/^Pay .*9\.00$/)
      expect(part(element, 'base').lang).to.equal('en')
    }
    expect(loaded()).to.deep.equal([])
  })

  it('is English where its own is not among ours, from left to right, with amounts as it writes them', async () => {
    const element = await speaks('ckb')
    const base = part(element, 'base')
    expect([base.lang, base.dir]).to.deep.equal(['en', 'ltr'])
    expect(words(part(element, 'button'))).to.match(/^Pay /)
    expect(loaded()).to.deep.equal([])
  })

  it('is the only one that is loaded, and nothing of English is seen before it', async () => {
    const element = await mount('fr-CA')
    const base = part(element, 'base')
    expect(getComputedStyle(part(element, 'button')).visibility).to.equal('hidden')
    expect(element.matches(':state(loading)')).to.equal(true)
    const height = element.offsetHeight

    await waitUntil(() => !base.matches('.waiting'))
    expect(words(part(element, 'button'))).to.match(/^Payer 9,00/)
    expect(words(part(element, 'label'))).to.equal('Montant')
    expect(words(part(element, 'hint'))).to.match(/^Minimum 5,00/)
    expect([base.lang, base.dir]).to.deep.equal(['fr', 'ltr'])
    expect(element.matches(':state(loading)')).to.equal(false)
    expect(element.offsetHeight).to.equal(height)
    expect(loaded()).to.deep.equal(['fr'])
  })

  it('is there at once for the next element', async () => {
    await speaks('de')
    const element = await mount('de')
    expect(words(part(element, 'button'))).to.match(/^9,00.* zahlen$/)
  })

  it('is that of what is wrong, too, and the page’s own words come before it', async () => {
    const element = await speaks('de')
    element.messages = { label: 'Spende' }
    element.amount = '1.00'
    await element.updateComplete
    element.reportValidity()
    await element.updateComplete
    expect(words(part(element, 'error'))).to.match(/^Der Mindestbetrag ist 5,00/)
    expect(element.validationMessage).to.match(/^Der Mindestbetrag/)
    expect(words(part(element, 'label'))).to.equal('Spende')
  })

  it('lays out the element from right to left where it is written so, and leaves the page as it is', async () => {
    const element = await speaks('ar-EG')
    expect(part(element, 'base').dir).to.equal('rtl')
    expect(getComputedStyle(part(element, 'field')).direction).to.equal('rtl')
    expect(document.documentElement.dir).to.equal('')
    element.locale = 'en'
    await element.updateComplete
    expect(getComputedStyle(part(element, 'base')).direction).to.equal('ltr')
  })

  it('is that of a status', async () => {
    const element = await fixture<CoinslotStatusElement>(
      html`<coinslot-status locale="ar"></coinslot-status>`,
    )
    await waitUntil(() => part(element, 'base') && !part(element, 'base').inert)
    expect(part(element, 'base').dir).to.equal('rtl')
    const region = element.shadowRoot!.querySelector<HTMLElement>('[role=status]')!
    expect(words(region)).to.match(/^لا توجد عملية دفع لعرضها/)
  })
})

describe('a configuration of the whole app', () => {
  afterEach(() => configure({}))

  it('holds for elements that do not say otherwise, present and future', async () => {
    const own = await mount('en')
    const element = await fixture<CoinslotCheckoutElement>(html`
      <coinslot-checkout checkout="a" currency="EUR" amount="9.00" editable></coinslot-checkout>
    `)
    element.messages = { label: 'Gift' }
    configure({ locale: 'de', messages: { label: 'Donation', payUnknown: 'Los' } })
    await waitUntil(() => part(element, 'base').lang === 'de')
    expect(words(part(element, 'label'))).to.equal('Gift')
    expect(words(part(element, 'button'))).to.match(/^9,00 € zahlen$/)
    await own.updateComplete
    expect(part(own, 'base').lang).to.equal('en')
    expect(words(part(own, 'label'))).to.equal('Donation')

    const later = await fixture<CoinslotStatusElement>(html`<coinslot-status></coinslot-status>`)
    await waitUntil(() => part(later, 'base')?.lang === 'de')
  })

  it('names the server', async () => {
    const asked: string[] = []
    const { fetch } = window
    window.fetch = (url) => {
      asked.push(String(url))
      return Promise.reject(new TypeError())
    }
    configure({ server: 'https://pay.shop.example/' })
    const all = [html`<coinslot-checkout checkout="a"></coinslot-checkout>`]
    all.push(
      html`<coinslot-checkout checkout="a" server="https://other.example"></coinslot-checkout>`,
    )
    for (const template of all) {
      const element = await fixture<CoinslotCheckoutElement>(template)
      await waitUntil(() => element.state === 'unavailable')
    }
    window.fetch = fetch
    expect(asked).to.deep.equal([
      'https://pay.shop.example/v1/checkouts/a',
      'https://other.example/v1/checkouts/a',
    ])
  })
})

describe('a checkout whose language comes late', () => {
  const german = { lang: 'de', dir: 'ltr', checkout: { failed: 'Ging nicht.' } } as const

  it('says again what it said in English', async () => {
    const page = createPage(donation, problem('rate_limited', 429), problem('strange', 500))
    await page.controller.pay()
    expect(page.controller.error?.message).to.match(/^That was too often/)
    page.change({ language: german })
    expect(page.controller.error?.message).to.match(/^That was too often/)
    await page.controller.pay()
    expect(page.controller.error).to.deep.equal({ code: 'strange', message: 'Ging nicht.' })
    page.change({ language: { lang: 'en', dir: 'ltr' } })
    expect(page.controller.error?.message).to.match(/^Something went wrong/)
  })

  it('does not stop what is under way', async () => {
    const page = createPage(donation, 'hang')
    void page.controller.pay()
    page.change({ language: german })
    expect(page.controller.state).to.equal('submitting')
  })

  it('takes no code of an answer for the name of something else', async () => {
    const page = createPage(donation, problem('constructor', 400), problem('__proto__', 400))
    for (const code of ['constructor', '__proto__']) {
      await page.controller.pay()
      expect(page.controller.error?.code).to.equal(code)
      expect(page.controller.error?.message).to.match(/^Something went wrong/)
    }
  })
})
