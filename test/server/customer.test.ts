import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Customer } from '../../server/contract/customer.ts'
import type { CustomerPart } from '../../server/contract/schemas.ts'
import { assertCustomer, joinCustomer } from '../../server/customer.ts'
import { CustomerRequired } from '../../server/errors.ts'
import { newKey, readProblem, startCoinslot } from './coinslot-harness.ts'

const SECRET = 'a secret of at least thirty-two bytes'
const ADDRESS = { line1: 'Canary Street 77', city: 'Canaryville', country: 'AU' }
const ADA: Customer = {
  firstName: 'Ada-canary',
  lastName: 'Lovelace-canary',
  email: 'ada.canary@example.com',
  phone: '+61 400 777 000',
  billingAddress: ADDRESS,
}
const CANARIES = ['canary', 'Canary', '+61 400 777 000']

const CONFIGURATION = {
  providers: { sandbox: {} },
  checkouts: {
    parcel: {
      provider: 'sandbox',
      currency: 'AUD',
      amount: '25.00',
      editable: true,
      collect: ['name', 'email', 'billingAddress'],
    },
  },
}

async function start() {
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-'))
  const harness = await startCoinslot({
    configuration: CONFIGURATION,
    environment: { COINSLOT_SECRET: SECRET },
    databaseUrl: `file:${join(folder, 'coinslot.db')}`,
  })
  onTestFinished(async () => {
    await harness.coinslot.close()
    await rm(folder, { recursive: true })
  })
  const readDisk = () =>
    readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'latin1'))
      .join('\n')
  return { ...harness, readDisk }
}

function sign(payload: object): Promise<string> {
  return new SignJWT({ ...payload })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET))
}

function missingOf(customer: Customer | undefined, ...needed: CustomerPart[]): unknown {
  try {
    assertCustomer(customer, new Set(needed))
    return []
  } catch (error) {
    if (!(error instanceof CustomerRequired)) throw error
    return error.members['missing']
  }
}

describe('a customer of whom too little is known', () => {
  it.each<[Customer | undefined, CustomerPart[]]>([
    [undefined, ['name', 'email']],
    [{}, ['name', 'email']],
    [{ phone: '123' }, ['name', 'email']],
    [{ firstName: 'Ada' }, ['email']],
    [{ lastName: 'Lovelace' }, ['email']],
    [{ email: 'ada@example.com' }, ['name']],
    [{ firstName: 'Ada', email: 'ada@example.com' }, []],
  ])('is %j: of name and email %j is missing', (customer, missing) => {
    expect(missingOf(customer, 'name', 'email')).toEqual(missing)
  })

  it.each(['phone', 'billingAddress', 'shippingAddress'] as const)('has no %s', (part) => {
    expect(missingOf({ firstName: 'Ada' }, part)).toEqual([part])
  })

  it('is refused with the parts that are missing, without a call, and the key is free again', async () => {
    const { createSession, sent, readDisk } = await start()
    const key = newKey()
    const headers = { 'Idempotency-Key': key }
    const { billingAddress: _, ...incomplete } = ADA
    const refusal = await createSession({ checkout: 'parcel', customer: incomplete }, headers)
    expect(refusal.status).toBe(422)
    expect(await readProblem(refusal)).toMatchObject({
      code: 'customer_required',
      missing: ['billingAddress'],
    })
    expect(sent).toEqual([])
    expect(readDisk()).not.toContain(key)
    const answer = await createSession({ checkout: 'parcel', customer: ADA }, headers)
    expect(answer.status).toBe(201)
    expect(answer.headers.get('Idempotency-Replayed')).toBeNull()
  })

  it('is refused also where a signed offer asks for more than the page sends', async () => {
    const { createSession, sent } = await start()
    const offer = await sign({ checkout: 'parcel', collect: ['phone', 'email'] })
    const answer = await createSession({ offer, customer: { email: 'ada@example.com' } })
    expect(await readProblem(answer)).toMatchObject({
      code: 'customer_required',
      missing: ['phone'],
    })
    expect(sent).toEqual([])
  })
})

describe('a customer of whom both the offer and the page tell', () => {
  it('is, part by part, who the merchant has signed', () => {
    const signed = { firstName: 'Ada', email: 'ada@shop.example', shippingAddress: ADDRESS }
    const sent = {
      firstName: 'Eve',
      lastName: 'Evil',
      email: 'eve@evil.example',
      phone: '123456',
      shippingAddress: { ...ADDRESS, line2: 'Back door' },
      billingAddress: ADDRESS,
    }
    expect(joinCustomer(signed, sent)).toEqual({
      firstName: 'Ada',
      email: 'ada@shop.example',
      phone: '123456',
      shippingAddress: ADDRESS,
      billingAddress: ADDRESS,
    })
  })

  it('is who is told, where only one of them tells', () => {
    expect(joinCustomer(undefined, ADA)).toBe(ADA)
    expect(joinCustomer(ADA, undefined)).toBe(ADA)
    expect(joinCustomer({}, ADA)).toEqual(ADA)
    expect(joinCustomer(undefined, undefined)).toBeUndefined()
  })

  it('is known well enough where each brings a part', async () => {
    const { createSession } = await start()
    const { email, ...rest } = ADA
    const offer = await sign({ checkout: 'parcel', customer: rest })
    expect((await createSession({ offer, customer: { email } })).status).toBe(201)
  })
})

describe("a customer's data", () => {
  it('are neither kept nor logged nor answered, when a session is opened, changed or refused', async () => {
    const { createSession, request, logs, readDisk } = await start()
    const offer = await sign({ checkout: 'parcel', customer: ADA })
    const opened = await createSession({ checkout: 'parcel', customer: ADA })
    const { id } = (await opened.clone().json()) as { id: string }
    const answers = [
      opened,
      await createSession({ offer }),
      await request('PATCH', `/v1/sessions/${id}`, { body: { amount: '30.00', customer: ADA } }),
      await request('GET', `/v1/sessions/${id}`),
      await createSession({ checkout: 'parcel', customer: { email: ADA.email } }),
      await createSession({ checkout: 'parcel', customer: { ...ADA, phone: 'canary' } }),
      await createSession({ checkout: 'parcel', customer: { ...ADA, nickname: 'canary' } }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 200, 200, 422, 400, 400])
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    for (const canary of CANARIES) {
      expect(texts.join('\n')).not.toContain(canary)
      expect(logs.join('\n')).not.toContain(canary)
      expect(readDisk()).not.toContain(canary)
    }
  })
})

describe('what is collected of a customer', () => {
  it('is told with the terms of a checkout', async () => {
    const { request } = await start()
    const terms = (await (await request('GET', '/v1/checkouts/parcel')).json()) as object
    expect(terms).toMatchObject({ collect: ['name', 'email', 'billingAddress'] })
  })
})
