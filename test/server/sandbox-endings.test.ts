/** Every ending of the sandbox through the whole server, with its ledger as the judge of what is paid. */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Session } from '../../server/contract/schemas.ts'
import { readSession } from './coinslot-harness.ts'
import { startSandboxStand, type SandboxOptions } from './settlement/sandbox-subject.ts'

type Stand = readonly [Session['status'], Session['exception']]

/** What is chosen on the hosted page, and where the session stands then. */
const ENDINGS: readonly [choices: string, Stand][] = [
  ['paid', ['paid', null]],
  ['declined', ['failed', null]],
  ['canceled', ['canceled', null]],
  ['expired', ['expired', null]],
  ['processing', ['processing', null]],
  ['processing paid', ['paid', null]],
  ['processing declined', ['failed', null]],
  ['underpaid', ['pending', 'underpaid']],
  ['overpaid', ['pending', 'overpaid']],
  ['late', ['expired', 'late']],
  ['twice', ['paid', 'duplicate']],
  ['refunded', ['refunded', null]],
]

const CURRENCIES = [
  ['USD', '25.00'],
  ['JPY', '500'],
  ['KWD', '1.234'],
  ['USD', '0.02'],
] as const

const CONFIGURATION = {
  providers: { sandbox: {} },
  checkouts: Object.fromEntries(
    CURRENCIES.map(([currency, amount], index) => [
      `checkout-${index}`,
      {
        provider: 'sandbox',
        currency,
        amount,
        successUrl: 'https://shop.example/thanks',
        cancelUrl: 'https://shop.example/cart',
      },
    ]),
  ),
}

async function start(options: SandboxOptions) {
  const stand = await startSandboxStand({ configuration: CONFIGURATION, ...options })
  onTestFinished(() => stand.close())
  const { harness } = stand

  async function open(checkout: string) {
    const session = await readSession(await harness.createSession({ checkout }))
    return { session, reference: (await stand.references()).at(-1) ?? '' }
  }

  /** Presses the hosted page's buttons one after the other; the last answer is where the buyer goes. */
  async function choose(reference: string, choices: string): Promise<string | null> {
    let answer: Response | undefined
    for (const outcome of choices.split(' ')) {
      answer = await stand.visit(reference, { outcome })
      expect(answer.status).toBe(303)
    }
    return answer?.headers.get('Location') ?? null
  }

  const read = async (id: string) => readSession(await harness.request('GET', `/v1/sessions/${id}`))

  return { ...stand, open, choose, read }
}

describe.each([
  ['its webhooks arrive', true],
  ['its webhooks are lost and it is asked', false],
])('the sandbox, when %s', (_, webhooksArrive) => {
  it.each(ENDINGS)('after "%s" leaves the session %j', async (choices, [status, exception]) => {
    const { harness, open, choose, read, ledger } = await start({ webhooksArrive })
    for (const [index, [currency, amount]] of CURRENCIES.entries()) {
      const { session, reference } = await open(`checkout-${index}`)
      await choose(reference, choices)
      if (!webhooksArrive) {
        expect(await read(session.id)).toMatchObject({ status: 'pending', exception: null })
        await harness.coinslot.reconcile()
      }
      const end = await read(session.id)
      expect(end).toMatchObject({ status, exception, amount, currency })
      const { isPaid } = await ledger(reference)
      const saysPaid = status === 'paid' || status === 'refunded'
      expect(isPaid).toBe(saysPaid && exception === null)
      // Whoever asks again learns nothing new.
      await harness.coinslot.reconcile()
      expect(await read(session.id)).toEqual(end)
    }
  })
})

describe('the hosted page of the sandbox', () => {
  it.each([
    ['paid', /^https:\/\/shop\.example\/thanks\?/],
    ['underpaid', /^https:\/\/shop\.example\/thanks\?/],
    ['twice', /^https:\/\/shop\.example\/thanks\?/],
    ['declined', /^https:\/\/shop\.example\/cart\?/],
    ['late', /^https:\/\/shop\.example\/cart\?/],
    ['processing', /^\/sandbox\/pay\/sbx_/],
    ['processing paid', /^https:\/\/shop\.example\/thanks\?/],
  ])('sends the buyer on after "%s"', async (choices, address) => {
    const { open, choose } = await start({ webhooksArrive: true })
    const { reference } = await open('checkout-0')
    expect(await choose(reference, choices)).toMatch(address)
  })

  it.each([
    ['underpaid', ['Too little was paid', '$22.50']],
    ['overpaid', ['Too much was paid', '$27.50']],
    ['late', ['This payment came too late', 'Received']],
    ['twice', ['This payment was made twice', 'Received']],
    ['refunded', ['This payment was refunded', 'Given back']],
    ['processing', ['This payment is on its way', 'Let the money arrive']],
  ])('says after "%s" what happened and leads back to the shop', async (choices, words) => {
    const { visit, open, choose } = await start({ webhooksArrive: true })
    const { reference } = await open('checkout-0')
    await choose(reference, choices)
    const answer = await visit(reference)
    expect(answer.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    const page = await answer.text()
    for (const word of [...words, 'no real money', 'https://shop.example/']) {
      expect(page).toContain(word)
    }
  })

  it('ends a payment once, whatever is pressed at the same time', async () => {
    const { harness, open, choose, payment, read } = await start({ webhooksArrive: true })
    const { session, reference } = await open('checkout-0')
    await Promise.all(
      ['twice', 'declined', 'paid', 'late', 'refunded'].map((choice) => choose(reference, choice)),
    )
    const { events } = await payment(reference)
    await harness.coinslot.reconcile()
    const end = await read(session.id)
    await choose(reference, 'declined')
    expect((await payment(reference)).events).toEqual(events)
    expect(await read(session.id)).toEqual(end)
  })

  it('cannot be told to end otherwise than it offers', async () => {
    const { open, choose, payment } = await start({ webhooksArrive: true })
    const { reference } = await open('checkout-0')
    for (const choice of ['open', 'constructor', '', 'PAID']) await choose(reference, choice)
    expect(await payment(reference)).toMatchObject({ status: 'open', events: [] })
  })

  it('expires what nobody has paid in time, and then takes nothing more', async () => {
    let now = new Date()
    const stand = await start({ webhooksArrive: true, now: () => now })
    const { session, reference } = await stand.open('checkout-0')
    now = new Date(now.getTime() + 25 * 60 * 60 * 1000)
    await stand.choose(reference, 'paid')
    expect(await stand.payment(reference)).toMatchObject({ status: 'expired' })
    expect(await stand.read(session.id)).toMatchObject({ status: 'expired', exception: null })
  })
})
