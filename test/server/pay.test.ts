/** The payment page and the form post, as a browser without script sees them. */
import { describe, expect, it } from 'vitest'
import { SignJWT } from 'jose'
import { SELF, startCoinslot, type Harness } from './coinslot-harness.ts'

const FORM = 'application/x-www-form-urlencoded'
const SECRET = 'a-secret-of-this-test-with-over-32-bytes'

const CONFIGURATION = {
  origins: ['https://shop.example'],
  providers: { sandbox: {} },
  checkouts: {
    donation: {
      provider: 'sandbox',
      currency: 'USD',
      amount: '25.00',
      editable: true,
      minAmount: '5.00',
      maxAmount: '5000.00',
      presets: ['10.00', '1250.00'],
      description: 'Support <b>the</b> library',
    },
    mug: { provider: 'sandbox', currency: 'EUR', amount: '19.90' },
  },
}

function start(): Promise<Harness> {
  return startCoinslot({
    configuration: CONFIGURATION,
    environment: { COINSLOT_SECRET: SECRET },
  })
}

interface Post {
  readonly path?: string
  readonly headers?: Record<string, string | null>
  readonly type?: string
}

function post(
  { request }: Harness,
  fields: Record<string, string> | string,
  { path = '/pay/donation', headers = {}, type = FORM }: Post = {},
): Promise<Response> {
  return request('POST', path, {
    raw: new URLSearchParams(fields).toString(),
    headers: { 'Content-Type': type, 'Idempotency-Key': null, Origin: SELF, ...headers },
  })
}

/** The requests that asked the provider for a payment. */
function payments({ sent }: Harness): unknown[] {
  return sent
    .filter(({ method, url }) => method === 'POST' && url.endsWith('/sandbox/v1/payments'))
    .map(({ body }) => JSON.parse(String(body)) as unknown)
}

function keyIn(page: string): string {
  return /name="key" value="([^"]+)"/.exec(page)?.[1] ?? ''
}

describe('a form post', () => {
  it.each([
    ['another origin', { headers: { Origin: 'https://evil.example' } }, 403],
    ['a page without an origin of its own', { headers: { Origin: 'null' } }, 403],
    ['JSON', { type: 'application/json' }, 415],
    ['plain text', { type: 'text/plain' }, 415],
    ['a checkout that is not there', { path: '/pay/nothing' }, 404],
    ['no checkout at all', { path: '/pay' }, 404],
  ])('of %s is refused, in HTML, and no provider hears of it', async (_, how, status) => {
    const harness = await start()
    const answer = await post(harness, { amount: '25.00' }, how)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('Content-Type')).toContain('text/html')
    expect(payments(harness)).toEqual([])
  })

  it('of a page that names no origin, as with no-referrer, leads on to the payment page', async () => {
    const harness = await start()
    const answer = await post(harness, { amount: '25.00' }, { headers: { Origin: 'null' } })
    expect(await answer.text()).toContain('<form action="/pay/donation"><button>Try again</button>')
    const withOffer = { path: '/pay', headers: { Origin: 'null' } }
    expect(await (await post(harness, { offer: 'a.b.c' }, withOffer)).text()).not.toContain('<form')
    expect(await (await post(harness, 'a=1&a=2')).text()).not.toContain('<form')
  })

  it('with a field twice is refused', async () => {
    const harness = await start()
    expect((await post(harness, 'amount=25.00&amount=1.00')).status).toBe(400)
    expect(payments(harness)).toEqual([])
  })

  it.each([
    ['', 'en', 'Please enter an amount.'],
    ['', 'de', 'Bitte geben Sie einen Betrag ein.'],
    ['1.234', 'en', 'Do you mean 1,234.00?'],
    ['12.345', 'de', 'Der Höchstbetrag ist 5.000,00'],
    ['-5', 'en', 'Please write the amount like'],
    ['4.99', 'en', 'The minimum is $5.00.'],
    ['5000.01', 'en', 'The maximum is $5,000.00.'],
    ['<script>alert(1)</script>', 'en', 'Please write the amount like'],
  ])('of "%s" in %s says what is wrong and keeps what was typed', async (amount, locale, text) => {
    const harness = await start()
    const answer = await post(harness, { amount, locale })
    expect(answer.status).toBe(422)
    const page = await answer.text()
    expect(page).toContain(text)
    expect(page).not.toContain('<script')
    if (!amount.startsWith('<')) expect(page).toContain(`value="${amount}"`)
    expect(payments(harness)).toEqual([])
  })

  it.each([
    ['1,234.50', 'en', '1234.50'],
    ['1.234,50', 'de', '1234.50'],
    ['1 234,50', 'fr', '1234.50'],
    ['25', 'en', '25.00'],
  ])('of "%s" in %s is sent on to the payment of exactly %s', async (amount, locale, exact) => {
    const harness = await start()
    const answer = await post(harness, { amount, locale })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('Location')).toContain('/sandbox/pay/')
    expect(payments(harness)).toEqual([expect.objectContaining({ amount: exact })])
  })

  it('is read in the language of the request where it names none', async () => {
    const harness = await start()
    const headers = { 'Accept-Language': 'de-DE,de;q=0.9,en;q=0.8' }
    expect((await post(harness, { amount: '1.234' }, { headers })).status).toBe(303)
    expect(payments(harness)).toEqual([expect.objectContaining({ amount: '1234.00' })])
  })

  it('of a shop’s static page, from its origin, needs no key', async () => {
    const harness = await start()
    const headers = { Origin: 'https://shop.example' }
    expect((await post(harness, { amount: '25.00' }, { headers })).status).toBe(303)
  })

  it('cannot change a fixed price, and need not name it', async () => {
    const harness = await start()
    const path = '/pay/mug'
    expect((await post(harness, { amount: '1.00' }, { path })).status).toBe(422)
    expect(payments(harness)).toEqual([])
    expect((await post(harness, {}, { path })).status).toBe(303)
    expect(payments(harness)).toEqual([expect.objectContaining({ amount: '19.90' })])
  })

  it('makes one payment of two presses, and leads both to it', async () => {
    const harness = await start()
    const key = keyIn(await (await harness.request('GET', '/pay/donation')).text())
    const answers = await Promise.all([
      post(harness, { amount: '25.00', key }),
      post(harness, { amount: '25.00', key }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    const [first, second] = answers.map(({ headers }) => headers.get('Location'))
    expect(first).toBe(second)
    expect(payments(harness)).toHaveLength(1)
  })

  it('with another amount after Back is another payment', async () => {
    const harness = await start()
    const key = keyIn(await (await harness.request('GET', '/pay/donation')).text())
    await post(harness, { amount: '25.00', key })
    expect((await post(harness, { amount: '30.00', key })).status).toBe(303)
    expect(payments(harness)).toHaveLength(2)
  })
})

describe('the payment page', () => {
  it('may be framed by nobody, runs no script and is kept by no cache', async () => {
    const { request } = await start()
    for (const path of ['/pay/donation', '/pay/nothing']) {
      const answer = await request('GET', path)
      const policy = answer.headers.get('Content-Security-Policy')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('script-src')
      expect(answer.headers.get('Cache-Control')).toBe('no-store')
    }
  })

  it('shows the merchant’s words as text', async () => {
    const { request } = await start()
    const page = await (await request('GET', '/pay/donation')).text()
    expect(page).toContain('Support &lt;b&gt;the&lt;/b&gt; library')
  })

  it('begins with the amount that its address names', async () => {
    const { request } = await start()
    const page = await (await request('GET', '/pay/donation?amount=12.50')).text()
    expect(page).toContain('value="12.50"')
  })

  it('reads no more of its address than a link has, and what is broken there as text', async () => {
    const { request } = await start()
    const valueAfter = async (others: number) => {
      const page = await request('GET', `/pay/donation?${'%ff&'.repeat(others)}amount=12.50`)
      return (await page.text()).includes('value="12.50"')
    }
    expect([await valueAfter(60), await valueAfter(3_600)]).toEqual([true, false])
  })

  it('reads the amount in its address as a decimal string, whatever the reader’s language', async () => {
    const harness = await startCoinslot({
      configuration: {
        ...CONFIGURATION,
        checkouts: {
          dinar: { provider: 'sandbox', currency: 'KWD', amount: '5.000', editable: true },
        },
      },
    })
    const headers = { 'Accept-Language': 'de' }
    const shown = await harness.request('GET', '/pay/dinar?amount=1.234', { headers })
    const page = await shown.text()
    expect(page).toContain('value="1,234"')
    await post(harness, { amount: '1,234', locale: 'de' }, { path: '/pay/dinar' })
    expect(payments(harness)).toEqual([expect.objectContaining({ amount: '1.234' })])
  })

  it('suggests amounts by links that are read as they are written', async () => {
    const harness = await start()
    const german = { 'Accept-Language': 'de' }
    const page = await (await harness.request('GET', '/pay/donation', { headers: german })).text()
    const links = [...page.matchAll(/<a href="(\/pay\/donation\?[^"]+)">/g)].map(([, link]) =>
      String(link).replaceAll('&amp;', '&'),
    )
    expect(links).toHaveLength(2)
    const chosen = await (await harness.request('GET', links[1] ?? '')).text()
    const amount = /name="amount"[^>]*?value="([^"]+)"/s.exec(chosen)?.[1] ?? ''
    expect(amount).toBe('1.250,00')
    await post(harness, { amount, locale: 'de' })
    expect(payments(harness)).toEqual([expect.objectContaining({ amount: '1250.00' })])
  })

  it.each([
    [undefined, 'en', 'ltr', 'Pay'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de', 'ltr', 'Zahlen'],
    ['en;q=0.1, ar-EG', 'ar', 'rtl', 'ادفع'],
    ['xx, *;q=0.9, fr;q=0, de;q=0.4, ar;q=0.5', 'ar', 'rtl', 'ادفع'],
    ['xx, tlh', 'en', 'ltr', 'Pay'],
    [`${'en-x-'.padEnd(40, 'a')}, ;;q=,,"`, 'en', 'ltr', 'Pay'],
    ['xx,'.repeat(50) + 'de', 'en', 'ltr', 'Pay'],
  ])('speaks to a browser that reads %j in %s', async (accepted, tag, direction, button) => {
    const { request } = await start()
    const headers = accepted === undefined ? {} : { 'Accept-Language': accepted }
    const page = await (await request('GET', '/pay/donation', { headers })).text()
    expect(page).toContain(`<html lang="${tag}" dir="${direction}">`)
    expect(page).toMatch(new RegExp(`<button>\\s*${button}\\s*</button>`))
  })

  it('speaks the language that its address names, also when it only says what went wrong', async () => {
    const { request } = await start()
    const headers = { 'Accept-Language': 'fr' }
    for (const path of ['/pay/donation?locale=ar', '/pay/nothing?locale=ar_EG']) {
      const page = await (await request('GET', path, { headers })).text()
      expect(page).toContain('<html lang="ar" dir="rtl">')
    }
    const page = await (await request('GET', '/pay/nothing', { headers })).text()
    expect(page).toContain('<html lang="fr" dir="ltr">')
    expect(page).toContain('<h1>Le paiement n’est pas possible pour le moment.</h1>')
  })

  it('carries its own address as a code, unless that is too long to be scanned', async () => {
    const { request } = await start()
    const page = await (await request('GET', '/pay/donation')).text()
    expect(page).toContain('<svg')
    expect(page).toContain('>http://localhost:8080/pay/donation</a>')
  })

  it('has the amount that it shows in the address that it carries, and one that it cannot read not', async () => {
    const { request } = await start()
    const headers = { 'Accept-Language': 'de' }
    const linkAt = async (query: string) => {
      const page = await (await request('GET', `/pay/donation?${query}`, { headers })).text()
      return />(http:[^<]+)<\/a>/.exec(page)?.[1]
    }
    expect(await linkAt('amount=1250.5')).toBe('http://localhost:8080/pay/donation?amount=1250.50')
    expect(await linkAt('amount=1.250,00&locale=de')).toBe(
      'http://localhost:8080/pay/donation?amount=1250.00',
    )
    expect(await linkAt('amount=much')).toBe('http://localhost:8080/pay/donation')
  })

  it('is there for an offer, and pays it', async () => {
    const harness = await start()
    const offer = await new SignJWT({ checkout: 'mug', amount: '3.50', description: 'Two spoons' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(SECRET))
    const page = await (await harness.request('GET', `/pay?offer=${offer}`)).text()
    expect(page).toContain('Two spoons')
    expect(page).toContain(`name="offer" value="${offer}"`)
    expect((await post(harness, { offer }, { path: '/pay' })).status).toBe(303)
    expect(payments(harness)).toEqual([expect.objectContaining({ amount: '3.50' })])
    const forged = `${offer.slice(0, -2)}xx`
    expect((await harness.request('GET', `/pay?offer=${forged}`)).status).toBe(422)
  })
})
