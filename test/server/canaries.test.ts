/** Keys and a buyer's details, told to providers that tell everything they hear in every answer that fails. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConstantBackoff } from 'cockatiel'
import type { TransportRequest } from '../../server/transport.ts'
import {
  providerThat,
  startCoinslot,
  type Harness,
  type ProviderAnswer,
} from './coinslot-harness.ts'
import { newSharedDatabaseUrl } from '../postgres/database.ts'
import { createSearch } from '../canaries/search.ts'

const ENVIRONMENT = {
  SPRINTCHECKOUT_API_KEY: 'sc-api-key-canary-1',
  SPRINTCHECKOUT_WEBHOOK_KEY: 'sc-webhook-key-canary-2',
  KADOSEI_API_KEY: 'ks_test_canary_3',
  KADOSEI_WEBHOOK_SECRET: 'kadosei-secret-canary-4',
  KUVARPAY_API_KEY: 'sk_live_canary_5',
  KUVARPAY_PUBLISHABLE_KEY: 'pk_live_6',
  KUVARPAY_WEBHOOK_SECRET: 'whs_canary_7',
  COINSLOT_SECRET: 'an-offer-secret-canary-of-32-bytes-or-more',
}

const CUSTOMER = {
  firstName: 'Ada-canary',
  lastName: 'Lovelace-canary',
  email: 'ada.canary@example.com',
  phone: '+61 400 777 000',
  billingAddress: {
    line1: '1 Canary Street',
    city: 'Canary Wharf',
    postalCode: '2000',
    country: 'AU',
  },
}

const PROVIDERS = ['sprintcheckout', 'kadosei', 'kuvarpay'] as const
const terms = { currency: 'USD', amount: '25.00', editable: true, collect: ['name', 'email'] }
const CONFIGURATION = {
  providers: {
    sprintcheckout: {},
    kadosei: { baseUrl: 'https://kadosei.example' },
    kuvarpay: { businessId: 'biz_1' },
  },
  checkouts: Object.fromEntries(PROVIDERS.map((provider) => [provider, { ...terms, provider }])),
}

const search = createSearch(Object.values(ENVIRONMENT))

async function start(
  answer: (request: TransportRequest) => ProviderAnswer | Promise<ProviderAnswer>,
): Promise<Harness> {
  const harness = await startCoinslot({
    configuration: CONFIGURATION,
    environment: ENVIRONMENT,
    databaseUrl: await newSharedDatabaseUrl(),
    transport: providerThat(answer),
    providerTiming: { backoff: new ConstantBackoff(0) },
  })
  onTestFinished(() => harness.coinslot.close())
  return harness
}

/** All that a request said, as a careless server would show it. */
function echo({ method, url, headers, body }: TransportRequest): object {
  return { message: `${method} ${url} failed`, headers, body, error: { headers, body } }
}

describe.each(PROVIDERS)('%s, which knows the key and the buyer,', (checkout) => {
  it.each([200, 400, 401, 422, 500])(
    'gives away neither, in an answer or the log, where it tells both with a status of %i',
    async (status) => {
      const { createSession, logs, sent } = await start((request) => ({
        status,
        body: echo(request),
      }))
      const answer = await createSession({ checkout, customer: CUSTOMER })
      expect(answer.status).toBeGreaterThanOrEqual(500)
      // The control: both have really been told.
      const told = Buffer.from(JSON.stringify(sent.map(echo)))
      expect(search(told)).toContain('canary (as it is)')
      const seen = Buffer.from([await answer.text(), ...logs].join('\n'))
      expect(search(seen)).toEqual([])
      expect(seen.includes('400 777 000')).toBe(false)
    },
  )

  it('gives away neither where the way to it breaks with a message that has both', async () => {
    const { createSession, logs } = await start((request) => {
      throw new Error(JSON.stringify(echo(request)))
    })
    const answer = await createSession({ checkout, customer: CUSTOMER })
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect(search(Buffer.from([await answer.text(), ...logs].join('\n')))).toEqual([])
  })

  it('is believed in no webhook that brings its secrets in the wrong place, nor are they logged', async () => {
    const { request, logs } = await start((request) => ({ body: echo(request) }))
    const secrets = Object.values(ENVIRONMENT)
    const answer = await request('POST', `/v1/webhooks/${checkout}?key=${secrets.join()}`, {
      body: { secrets, customer: CUSTOMER },
      headers: { Authorization: `Bearer ${secrets[0]}`, Cookie: secrets.join('; ') },
    })
    expect(answer.status).toBe(401)
    expect(search(Buffer.from([await answer.text(), ...logs].join('\n')))).toEqual([])
  })
})

describe('the search', () => {
  const secret = 'sk_live_of_nobody_known'
  const find = createSearch([secret, 'short'])
  it.each([
    ['the mark, written small', 'x-canary-x'],
    ['the mark, as a name', 'Canary'],
    ['a secret without the mark', `a ${secret} b`],
    ['what gives a secret away', secret.slice(0, 16)],
    ['a secret in hex', Buffer.from(`x${secret}`).toString('hex')],
    ...['', 'a', 'ab'].map((before) => [
      'a secret in base64',
      Buffer.from(`${before}${secret}x`).toString('base64url'),
    ]),
    ...['', 'a', 'ab'].map((before) => [
      'the mark in base64',
      Buffer.from(`${before}-canary-x`).toString('base64'),
    ]),
  ])('finds %s', (_, text) => {
    expect(find(Buffer.from(`before ${text} behind`))).not.toEqual([])
  })

  it.each(['a canopy', 'short', 'sk_live_', ''])('finds nothing in %j', (text) => {
    expect(find(Buffer.from(text))).toEqual([])
  })
})
