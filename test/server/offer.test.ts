import { createHmac, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { EncryptJWT, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { demoConfiguration } from '../../server/demo/configuration.ts'
import { configurationSchema } from '../../server/configuration-schema.ts'
import { verifyOffer } from '../../server/offer.ts'
import { nameOrder } from '../../server/order-identity.ts'
import { readProblem, readSession, startCoinslot } from './coinslot-harness.ts'

const SECRET = 'a secret of at least thirty-two bytes'
const OLD_SECRET = 'an older secret of thirty-two bytes!'
const AT = new Date('2026-11-21T12:00:00Z')
const EXPIRES = AT.getTime() / 1000 + 3600

const key = (secret: string) => new TextEncoder().encode(secret)

function sign(payload: object, secret = SECRET): Promise<string> {
  return new SignJWT({ exp: EXPIRES, ...payload })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(key(secret))
}

const base64 = (text: string) => Buffer.from(text).toString('base64url')

/** Signs just these bytes, whatever a library would say of them. */
function signRaw(header: string, payload: string, secret = SECRET): string {
  const signed = `${base64(header)}.${base64(payload)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

function signWith(header: object, payload: object = { ...order, exp: EXPIRES }): string {
  return signRaw(JSON.stringify({ alg: 'HS256', ...header }), JSON.stringify(payload))
}

const { checkouts, providers } = configurationSchema.parse(demoConfiguration)
const rules = {
  offerSecrets: [SECRET, OLD_SECRET],
  checkouts: new Map(Object.entries(checkouts)),
  providers: new Map(Object.entries(providers)),
}

/** What the server makes of an offer: the amount that it gives, or the code of its refusal. */
async function verdict(token: string, pageCheckout?: string): Promise<string> {
  try {
    const { checkout } = await verifyOffer(token, pageCheckout, rules, AT)
    return `${checkout.amount} ${checkout.currency}`
  } catch (error) {
    return (error as { code: string }).code
  }
}

function start(secrets = `${SECRET},${OLD_SECRET}`) {
  return startCoinslot({ environment: { COINSLOT_SECRET: secrets }, now: () => AT })
}

async function expectRefusal(body: object, code: string, secrets?: string): Promise<void> {
  const { createSession, sent } = await start(secrets)
  const answer = await createSession(body)
  expect(await readProblem(answer)).toMatchObject({ code })
  expect(sent).toEqual([])
}

const order = { provider: 'sandbox', currency: 'EUR', amount: '119.00', orderId: 'A-1042' }

describe('an offer is refused', () => {
  it('when a byte of it was changed', async () => {
    const [header, payload, signature] = (await sign(order)).split('.')
    const forged = Buffer.from(JSON.stringify({ ...order, amount: '1.00', exp: EXPIRES }))
    const offers = [
      `${header}.${forged.toString('base64url')}.${signature}`,
      `${header}.${payload}.${signature?.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
      `${header}.${payload}.`,
      'not.a.token',
    ]
    for (const offer of offers) await expectRefusal({ offer }, 'offer_invalid')
  })

  it('when another secret signed it, or no secret is set at all', async () => {
    const offer = await sign(order, 'some other secret of thirty-two bytes')
    await expectRefusal({ offer }, 'offer_invalid')
    await expectRefusal({ offer: await sign(order) }, 'offer_invalid', '')
  })

  it('when it is not signed: alg none', async () => {
    const offer = new UnsecuredJWT({ ...order, exp: EXPIRES }).encode()
    await expectRefusal({ offer }, 'offer_invalid')
  })

  it('when it is signed by another algorithm', async () => {
    const long = SECRET.repeat(2)
    for (const alg of ['HS384', 'HS512']) {
      const offer = await new SignJWT({ ...order, exp: EXPIRES })
        .setProtectedHeader({ alg })
        .sign(key(long))
      await expectRefusal({ offer }, 'offer_invalid', long)
    }
  })

  it('when it never expires, and when it has', async () => {
    const endless = await new SignJWT(order).setProtectedHeader({ alg: 'HS256' }).sign(key(SECRET))
    await expectRefusal({ offer: endless }, 'offer_invalid')
    const late = await sign({ ...order, exp: AT.getTime() / 1000 - 1 })
    await expectRefusal({ offer: late }, 'offer_expired')
  })

  it.each([
    ['an unknown term', { callbackUrl: 'https://shop.example' }],
    ['too many decimals', { amount: '119.001' }],
    ['a provider that is not configured', { provider: 'sprintcheckout' }],
    ['a malformed customer', { customer: { email: 'nobody' } }],
  ])('when it has %s', async (_, terms) => {
    await expectRefusal({ offer: await sign({ ...order, ...terms }) }, 'offer_invalid')
  })

  it('when it names no checkout that there is, or another than the page', async () => {
    await expectRefusal({ offer: await sign({ checkout: 'none' }) }, 'checkout_not_found')
    const offer = await sign({ checkout: 'mug' })
    await expectRefusal({ offer, checkout: 'donation' }, 'offer_invalid')
  })

  it('when the page names a checkout that the offer does not: it would choose the currency', async () => {
    const offer = await sign({ amount: '100', orderId: 'A-1042' })
    await expectRefusal({ offer, checkout: 'tip' }, 'offer_invalid')
    expect(await verdict(await sign(order), 'mug')).toBe('offer_invalid')
  })

  it('when the page asks for another amount than it fixes', async () => {
    await expectRefusal({ offer: await sign(order), amount: '1.00' }, 'amount_not_editable')
  })
})

describe('an offer', () => {
  it.each([SECRET, OLD_SECRET])(
    'gives every term, signed with any secret of the list',
    async (secret) => {
      const { createSession } = await start()
      const answer = await createSession({ offer: await sign(order, secret) })
      expect(answer.status).toBe(201)
      expect(await readSession(answer)).toMatchObject({
        amount: '119.00',
        currency: 'EUR',
        checkout: null,
      })
    },
  )

  it('may fix the amount of a checkout that lets the buyer choose', async () => {
    const { createSession } = await start()
    const offer = await sign({
      checkout: 'donation',
      amount: '30.00',
      editable: false,
      iss: 'shop',
    })
    const session = await readSession(await createSession({ offer, checkout: 'donation' }))
    expect(session).toMatchObject({ amount: '30.00', currency: 'USD', checkout: 'donation' })
  })
})

describe('of an offer', () => {
  it('no bit can be changed', async () => {
    const token = await sign({ checkout: 'mug', exp: EXPIRES })
    expect(await verdict(token)).toBe('19.90 EUR')
    const taken = []
    for (let at = 0; at < token.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = String.fromCharCode(token.charCodeAt(at) ^ (1 << bit))
        const said = await verdict(token.slice(0, at) + flipped + token.slice(at + 1))
        if (said !== 'offer_invalid') taken.push([at, bit, said])
      }
    }
    expect(taken).toEqual([])
  })

  it('nothing can be left out, put in or written otherwise', async () => {
    const token = await sign(order)
    const at = fc.nat({ max: token.length })
    const change = fc.tuple(at, at, fc.string({ unit: 'binary', maxLength: 8 }))
    await fc.assert(
      fc.asyncProperty(change, async ([from, to, text]) => {
        const changed = token.slice(0, from) + text + token.slice(Math.max(from, to))
        fc.pre(changed !== token)
        expect(await verdict(changed)).toBe('offer_invalid')
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['a space before it', (token: string) => ` ${token}`],
    ['a line end after it', (token: string) => `${token}\n`],
    ['padding', (token: string) => `${token}=`],
    ['a space within its signature', (token: string) => token.replace(/.{5}$/, ' $&')],
    ['bits that its signature does not use', withUnusedBits],
    ['a fourth part', (token: string) => `${token}.e30`],
    ['no dots', (token: string) => token.replaceAll('.', '')],
    ['no header', (token: string) => token.slice(token.indexOf('.'))],
    ['nothing', () => ''],
  ])('a second way of writing is refused: %s', async (_, write) => {
    expect(await verdict(write(await sign(order)))).toBe('offer_invalid')
  })
})

/** The last of 43 characters says four bits; the two that are left over say nothing. */
function withUnusedBits(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return token.slice(0, -1) + letters[letters.indexOf(token.at(-1)!) + 1]
}

describe('the header of an offer', () => {
  it.each([
    ['says crit', { crit: ['exp'], exp: 1 }],
    ['says that the payload is not encoded', { crit: ['b64'], b64: false }],
    ['is that of a token for something else', { typ: 'at+jwt' }],
    ['says typ as no string', { typ: 7 }],
    ['says alg twice over', { alg: ['HS256', 'none'] }],
    ['says alg in small letters', { alg: 'hs256' }],
    ['says no alg', { alg: undefined }],
    ['says None', { alg: 'None' }],
    ['says RS256', { alg: 'RS256' }],
  ])('is refused where it %s, though the secret has signed it', async (_, header) => {
    expect(await verdict(signWith(header))).toBe('offer_invalid')
  })

  it.each([
    ['kid', { kid: '../../../../dev/null' }],
    ['jku', { jku: 'https://evil.example/keys.json' }],
    ['x5u', { x5u: 'https://evil.example/cert.pem' }],
    ['jwk', { jwk: { kty: 'oct', k: base64('the key of the attacker, 32 bytes') } }],
  ])('names no key: %s opens nothing and is asked nothing', async (_, header) => {
    const payload = JSON.stringify({ ...order, exp: EXPIRES })
    const json = JSON.stringify({ alg: 'HS256', ...header })
    for (const secret of ['', '\0', 'the key of the attacker, 32 bytes']) {
      await expectRefusal({ offer: signRaw(json, payload, secret) }, 'offer_invalid')
    }
    expect(await verdict(signRaw(json, payload))).toBe('119.00 EUR')
  })

  it.each([{}, { typ: 'JWT' }, { typ: 'jwt' }, { typ: 'application/jwt' }])(
    'may be what libraries write: %j',
    async (header) => expect(await verdict(signWith(header))).toBe('119.00 EUR'),
  )

  it('cannot make a public key or an encryption of the secret', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const asymmetric = new SignJWT({ ...order, exp: EXPIRES }).setProtectedHeader({ alg: 'RS256' })
    expect(await verdict(await asymmetric.sign(privateKey))).toBe('offer_invalid')
    const encrypted = new EncryptJWT({ ...order, exp: EXPIRES })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(key(SECRET.slice(0, 32)))
    expect(await verdict(await encrypted)).toBe('offer_invalid')
  })
})

describe('the payload of an offer is refused, though the secret has signed it,', () => {
  const json = JSON.stringify({ ...order, exp: EXPIRES }).slice(0, -1)
  const header = '{"alg":"HS256"}'

  it.each([
    ['with a key twice', `${json},"amount":"1.00"}`],
    ['with a key twice, once in other letters', `${json},"\\u0061mount":"1.00"}`],
    ['with a key of a part twice', `${json},"customer":{"email":"a@b.co","email":"c@d.co"}}`],
    ['with __proto__', `${json},"__proto__":{"amount":"1.00"}}`],
    ['with constructor', `${json},"constructor":{"prototype":{"amount":"1.00"}}}`],
    ['with what is no JSON after it', `${json}} `.replace(/ $/, 'x')],
    ['as a list', `[${json}}]`],
    ['as null', 'null'],
    ['as nothing', ''],
    ['as a token within the token', `"${signRaw(header, `${json}}`)}"`],
  ])('%s', async (_, payload) => {
    expect(await verdict(signRaw(header, payload))).toBe('offer_invalid')
    expect(Object.hasOwn(Object.prototype, 'amount')).toBe(false)
  })

  it.each([
    ['amount', { amount: 119 }],
    ['minAmount', { editable: true, minAmount: 1 }],
    ['tax', { tax: 19.0 }],
    ['unitPrice', { items: [{ name: 'Lamp', quantity: 1, unitPrice: 119 }] }],
    ['shipping', { shipping: { amount: 4.9 } }],
    ['a preset', { editable: true, presets: ['5.00', 10] }],
  ])('with a number that holds an amount: %s', async (_, terms) => {
    expect(await verdict(await sign({ ...order, ...terms }))).toBe('offer_invalid')
  })

  it.each([
    ['exp as text', { exp: String(EXPIRES) }],
    ['exp in milliseconds', { exp: EXPIRES * 1000 }],
    ['exp without an end', { exp: 1e300 }],
    ['exp in two years', { exp: EXPIRES + 63_072_000 }],
    ['exp as null', { exp: null }],
    ['nbf in a minute', { nbf: AT.getTime() / 1000 + 60 }],
    ['a checkout that is no string', { checkout: 7 }],
    ['no provider', { provider: undefined }],
    ['no amount', { amount: undefined }],
    ['no currency', { currency: undefined }],
    ['an order id that is no string', { orderId: 1042 }],
    ['an order id without an end', { orderId: '9'.repeat(129) }],
    ['a NUL in its description', { description: 'a\0b' }],
    ['half of a character in its order id', { orderId: 'A-\ud83d' }],
    ['a NUL in an article', { items: [{ name: '\0', quantity: 1, unitPrice: '119.00' }] }],
    ['a signer that is no string', { iss: 7 }],
    ['a signer without an end', { iss: 'x'.repeat(3000) }],
  ])('with %s', async (_, terms) => {
    const offer = signWith({}, { ...order, exp: EXPIRES, ...terms })
    expect(await verdict(offer)).toBe('offer_invalid')
  })

  it('to the second when it has expired: there is no tolerance', async () => {
    const now = AT.getTime() / 1000
    expect(await verdict(await sign({ ...order, exp: now }))).toBe('offer_expired')
    expect(await verdict(await sign({ ...order, exp: now + 1 }))).toBe('119.00 EUR')
  })

  it('as invalid and not as expired, where somebody else has signed it', async () => {
    const late = { ...order, exp: AT.getTime() / 1000 - 1 }
    expect(await verdict(await sign(late, 'some other secret of thirty-two bytes'))).toBe(
      'offer_invalid',
    )
  })
})

describe('an offer of many items', () => {
  const withItems = (count: number) => ({
    ...order,
    amount: `${count}.00`,
    items: Array.from({ length: count }, (_, index) => ({
      name: `Lamp no. ${index}`,
      quantity: 1,
      unitPrice: '1.00',
    })),
  })

  it('is taken up to 8192 characters', async () => {
    const { createSession } = await start()
    const offer = await sign(withItems(90))
    expect(offer.length).toBeGreaterThan(6000)
    expect((await createSession({ offer })).status).toBe(201)
    await expectRefusal({ offer: offer.padEnd(8193, 'A') }, 'invalid_request')
    await expectRefusal({ offer: offer.padEnd(16_384, 'A') }, 'payload_too_large')
  })
})

describe('the order that an offer names', () => {
  const live = { ...rules, providers: new Set(['sprintcheckout']) }
  const named = async (terms: object) =>
    (await verifyOffer(await sign({ ...order, ...terms }), undefined, rules, AT)).order

  it('is one by its id and by who signs', async () => {
    const names = [
      await named({}),
      await named({ orderId: 'A-1043' }),
      await named({ iss: 'shop' }),
      await named({ iss: 'shop A', orderId: '1042' }),
      await named({ iss: 'shop', orderId: 'A 1042' }),
    ]
    expect(new Set(names).size).toBe(names.length)
    expect(await named({ amount: '1.00', jti: '7' })).toBe(names[0])
    expect(await named({ orderId: undefined })).toBe(null)
  })

  it('is none where it may be paid by many', async () => {
    const offer = await sign({ ...order, provider: 'sprintcheckout', orderType: 'STATIC' })
    expect(await verifyOffer(offer, undefined, live, AT)).toMatchObject({ order: null })
    const once = await sign({ ...order, provider: 'sprintcheckout' })
    expect((await verifyOffer(once, undefined, live, AT)).order).not.toBe(null)
  })

  it('is another one in the sandbox, where nothing is paid', () => {
    expect(nameOrder('x', true)).not.toBe(nameOrder('x', false))
  })
})

describe('the payment page of an offer', () => {
  it.each([
    ['that has expired', { exp: 1 }, 'This offer has expired.'],
    ['with terms that are none', { amount: 1 }, 'This offer is not valid.'],
  ])('%s says so, and has no button', async (_, terms, text) => {
    const { request, sent } = await start()
    const offer = await sign({ ...order, ...terms })
    const form = new URLSearchParams({ offer }).toString()
    const type = 'application/x-www-form-urlencoded'
    for (const answer of [
      await request('GET', `/pay?offer=${offer}`),
      await request('POST', '/pay', { raw: form, headers: { 'Content-Type': type } }),
    ]) {
      expect(answer.status).toBe(422)
      const page = await answer.text()
      expect(page).toContain(text)
      expect(page).not.toContain('<button')
    }
    expect(sent).toEqual([])
  })

  it('keeps what is in its address from the log, and from the pages that it leads to', async () => {
    const { request, logs } = await start()
    const offer = await sign({ ...order, customer: { email: 'ada@example.com' } })
    const answer = await request('GET', `/pay?offer=${offer}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Referrer-Policy')).toMatch(/^(no-referrer|same-origin)$/)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(logs.join()).toContain('/pay')
    expect(logs.join()).not.toContain(offer.slice(0, 40))
  })
})

describe('a secret', () => {
  it('that is not set is what the merchant is told of', async () => {
    const { createSession } = await startCoinslot({ configuration: demoConfiguration })
    const problem = await readProblem(await createSession({ offer: await sign(order) }))
    expect(problem['detail']).toContain('COINSLOT_SECRET is not set')
  })

  it('that was taken off the list makes its offers invalid', async () => {
    const offer = await sign(order, OLD_SECRET)
    await expectRefusal({ offer }, 'offer_invalid', SECRET)
  })

  it('is in no answer and no line of the log', async () => {
    const { createSession, logs } = await start()
    const bodies = [
      await sign(order),
      `${await sign(order)}x`,
      await sign(order, 'some other secret of thirty-two bytes'),
      await sign({ ...order, exp: 1 }),
      await sign({ ...order, amount: 1 }),
    ]
    const answers = []
    for (const offer of bodies) answers.push(await (await createSession({ offer })).text())
    const told = [...answers, ...logs].join('\n')
    for (const secret of [SECRET, OLD_SECRET]) {
      for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, 40)]) {
        expect(told).not.toContain(form)
      }
    }
  })
})
