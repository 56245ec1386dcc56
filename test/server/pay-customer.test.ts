/** What the payment page asks of a buyer, as a browser without script sees it. */
import { SignJWT } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTransport } from '../../server/transport.ts'
import { SELF, startCoinslot, type Harness } from './coinslot-harness.ts'
import { startFakeKadosei } from './providers/fake-kadosei.ts'

const SECRET = 'a-secret-of-this-test-with-over-32-bytes'
const CONFIGURATION = {
  providers: { kadosei: {} },
  checkouts: {
    parcel: {
      provider: 'kadosei',
      currency: 'EUR',
      amount: '19.90',
      collect: ['name', 'email', 'billingAddress', 'shippingAddress'],
    },
    gift: {
      provider: 'kadosei',
      currency: 'EUR',
      amount: '5.00',
      editable: true,
      collect: ['phone'],
    },
    card: { provider: 'kadosei', currency: 'EUR', amount: '19.90' },
  },
}

const KEYS = { KADOSEI_API_KEY: 'ks_test_1', KADOSEI_WEBHOOK_SECRET: 'whsec_1' }

/** Kadosei is told of the buyer, and needs his name and email. */
async function start(): Promise<Harness> {
  const fake = await startFakeKadosei(KEYS.KADOSEI_API_KEY, KEYS.KADOSEI_WEBHOOK_SECRET)
  onTestFinished(() => fake.close())
  return startCoinslot({
    configuration: CONFIGURATION,
    environment: { ...KEYS, COINSLOT_SECRET: SECRET, KADOSEI_BASE_URL: fake.url },
    transport: createTransport(),
  })
}

const ADDRESS = {
  'billingAddress.line1': 'Unter den Linden 1',
  'billingAddress.line2': '',
  'billingAddress.city': 'Berlin',
  'billingAddress.country': 'DE',
}
const PARIS = {
  'shippingAddress.line1': '1 Rue de Rivoli',
  'shippingAddress.city': 'Paris',
  'shippingAddress.country': 'FR',
}
const ADA = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com', ...ADDRESS }

function post({ request }: Harness, fields: Record<string, string>, path = '/pay/parcel') {
  return request('POST', path, {
    raw: new URLSearchParams({ locale: 'en-DE', ...fields }).toString(),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Idempotency-Key': null,
      Origin: SELF,
    },
  })
}

/** The customers that Kadosei was told of. */
function customers({ sent }: Harness): unknown[] {
  return sent.map(({ body }) => (JSON.parse(String(body)) as { customer?: unknown }).customer)
}

function sign(payload: object): Promise<string> {
  return new SignJWT({ ...payload })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET))
}

const namesIn = (page: string) =>
  [...page.matchAll(/<(?:input|select)[^>]*?\sname="([\w.]+)"/g)]
    .map(([, name]) => name)
    .filter((name) => !['amount', 'key', 'locale', 'offer'].includes(name!))

describe('a form in which too little is said of the buyer', () => {
  it('is answered with the fields that are wrong, each said, and what was typed kept', async () => {
    const harness = await start()
    const answer = await post(harness, {
      ...ADA,
      firstName: '"><script>alert(1)</script>',
      email: 'ada@',
      ...PARIS,
      'shippingAddress.city': '',
    })
    expect(answer.status).toBe(422)
    const page = await answer.text()
    expect(page).not.toContain('<script')
    expect(page).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"')
    expect(page).toContain('value="ada@"')
    expect(page).toContain('value="Unter den Linden 1"')
    expect(page).toContain('Please look at the fields that are marked.')
    expect(page).toContain(
      '<p class="error" id="email-error">Please write the email address like name@example.com.</p>',
    )
    expect(page).toContain('id="shippingAddress.city-error">Please enter the city.')
    expect(page.match(/aria-invalid/g)).toHaveLength(2)
    expect(page.match(/autofocus/g)).toHaveLength(1)
    expect(page).toMatch(/<option value="FR" selected>/)
    expect(customers(harness)).toEqual([])
  })

  it('that a shop wrote without any such field is answered with the fields, and why', async () => {
    const harness = await start()
    const answer = await post(harness, {})
    expect(answer.status).toBe(422)
    const page = await answer.text()
    expect(page).toContain('The shop needs to know more before you can pay.')
    expect(namesIn(page)).toContain('billingAddress.postalCode')
    expect(customers(harness)).toEqual([])
  })

  it('asks for the amount first, and forgets nothing meanwhile', async () => {
    const harness = await start()
    const answer = await post(harness, { amount: '', phone: '12' }, '/pay/gift')
    const page = await answer.text()
    expect(page).toContain('Please enter an amount.')
    expect(page).toContain('value="12"')
  })
})

describe('the payment page of a checkout that collects', () => {
  it('asks for it all, with the country of the locale, and shows nothing of the address', async () => {
    const { request } = await start()
    const page = await (
      await request('GET', '/pay/parcel?locale=de-CH&firstName=Eve&email=eve@evil.example')
    ).text()
    expect(namesIn(page)).toEqual([
      'firstName',
      'lastName',
      'email',
      ...['line1', 'line2', 'postalCode', 'city', 'state', 'country'].map(
        (n) => `billingAddress.${n}`,
      ),
      'sameAddress',
      ...['line1', 'line2', 'postalCode', 'city', 'state', 'country'].map(
        (n) => `shippingAddress.${n}`,
      ),
    ])
    expect(page).toContain('autocomplete="shipping address-level2"')
    expect(page).toMatch(/<option value="CH" selected>Schweiz</)
    expect(page).not.toContain('Eve')
    expect(page).not.toContain('eve@')
  })

  it('asks only for what the offer does not bring', async () => {
    const harness = await start()
    const offer = await sign({
      checkout: 'parcel',
      collect: ['name', 'email'],
      customer: { firstName: 'Ada' },
    })
    const page = await (await harness.request('GET', `/pay?offer=${offer}`)).text()
    expect(namesIn(page)).toEqual(['email'])
    const answer = await post(harness, { offer, email: 'ada@example.com' }, '/pay')
    expect(answer.status).toBe(303)
    expect(customers(harness)).toEqual([{ firstName: 'Ada', email: 'ada@example.com' }])
  })

  it('asks for what the provider needs, too, as the API does', async () => {
    const { request } = await start()
    expect(namesIn(await (await request('GET', '/pay/card')).text())).toEqual([
      'firstName',
      'lastName',
      'email',
    ])
    const terms = (await (await request('GET', '/v1/checkouts/card')).json()) as object
    expect(terms).toMatchObject({ collect: ['name', 'email'] })
  })

  it('sends the buyer on with what was typed, which is in no address', async () => {
    const harness = await start()
    const answer = await post(harness, { ...ADA, ...PARIS })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('Location')).not.toMatch(/love|berlin|rivoli/i)
    expect(customers(harness)).toEqual([
      {
        firstName: 'Ada',
        lastName: 'Lovelace',
        email: 'ada@example.com',
        billingAddress: { line1: 'Unter den Linden 1', city: 'Berlin', country: 'DE' },
        shippingAddress: { line1: '1 Rue de Rivoli', city: 'Paris', country: 'FR' },
      },
    ])
  })

  it('delivers to the billing address where that is ticked, whatever the other fields say', async () => {
    const harness = await start()
    const fields = { ...ADA, 'shippingAddress.line1': 'left over', sameAddress: 'on' }
    expect((await post(harness, fields)).status).toBe(303)
    const address = { line1: 'Unter den Linden 1', city: 'Berlin', country: 'DE' }
    expect(customers(harness)).toEqual([
      expect.objectContaining({ billingAddress: address, shippingAddress: address }),
    ])
  })
})
