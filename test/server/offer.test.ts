import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
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
    const offer = await new SignJWT({ ...order, exp: EXPIRES })
      .setProtectedHeader({ alg: 'HS512' })
      .sign(key(SECRET.repeat(2)))
    await expectRefusal({ offer }, 'offer_invalid')
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
