import { describe, expect, it } from 'vitest'
import { ConfigurationError, parseConfig } from '../../server/config.ts'
import { configurationJsonSchema } from '../../server/configuration-schema.ts'
import { demoConfiguration } from '../../server/demo/configuration.ts'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

const donation = {
  provider: 'sprintcheckout',
  currency: 'USD',
  amount: '25.00',
  editable: true,
  minAmount: '5.00',
  maxAmount: '5000.00',
  presets: ['10.00', '25.00', '100.00'],
  description: 'Support the library',
  successUrl: 'https://shop.example/thanks',
  cancelUrl: 'https://shop.example/donate',
}
const file = {
  publicUrl: 'https://pay.shop.example',
  origins: ['https://shop.example'],
  providers: { sprintcheckout: {} },
  checkouts: { donation },
}
const environment = {
  SPRINTCHECKOUT_API_KEY: 'key',
  SPRINTCHECKOUT_WEBHOOK_KEY: 'hook',
}

const notified = {
  ...environment,
  COINSLOT_NOTIFICATION_SECRET: `whsec_${Buffer.alloc(24).toString('base64')}`,
}

function problemsOf(configuration: unknown, env: Record<string, string> = environment): string[] {
  try {
    parseConfig(configuration, env)
    return []
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return [...error.problems]
  }
}
const withDonation = (change: object) => ({
  ...file,
  checkouts: { donation: { ...donation, ...change } },
})

describe('a configuration is refused', () => {
  it.each([
    [{ trustedProxyHops: true }, 'trustedProxyHops'],
    [{ trustedProxyHops: -1 }, 'trustedProxyHops'],
    [{ trustedProxyHops: 0.5 }, 'trustedProxyHops'],
    [{ rateLimits: { perAddress: 0 } }, 'rateLimits.perAddress'],
    [{ rateLimits: { perCheckout: '600' } }, 'rateLimits.perCheckout'],
    [{ rateLimits: { perProvider: null } }, 'rateLimits.perProvider'],
    [{ rateLimits: false }, 'rateLimits'],
    [{ rateLimits: { perSession: 1 } }, 'rateLimits'],
  ])('with limits that are none: %j', (change, path) => {
    const problems = problemsOf({ ...file, ...change })
    expect(problems).toEqual([expect.stringMatching(`^${path}: `)])
  })

  it('with all of its problems at once, each with its path', () => {
    const problems = problemsOf(
      {
        ...file,
        publicURL: 'https://pay.shop.example',
        origins: ['https://shop.example/'],
        checkouts: {
          donation: { ...donation, minAmount: '5.000', provider: 'paypal', editble: true },
          other: { provider: 'sprintcheckout', currency: 'usd', amount: '1.00' },
        },
      },
      { PORT: 'http', SPRINTCHECKOUT_BASE_URL: 'http://provider.example' },
    )
    const paths = problems.map((problem) => problem.split(':')[0])
    expect(new Set(paths)).toEqual(
      new Set([
        'Unrecognized key',
        'origins.0',
        'checkouts.donation',
        'checkouts.donation.minAmount',
        'checkouts.donation.provider',
        'checkouts.other.currency',
        'PORT',
        'SPRINTCHECKOUT_API_KEY',
        'SPRINTCHECKOUT_WEBHOOK_KEY',
        'SPRINTCHECKOUT_BASE_URL',
      ]),
    )
  })

  it.each([0, 13, 2.5, '10'])('when a provider is given %j seconds for an answer', (deadline) => {
    const providers = { sprintcheckout: { deadline } }
    expect(problemsOf({ ...file, providers })).toEqual([
      expect.stringMatching(/^providers\.sprintcheckout\.deadline: /),
    ])
  })

  it('when a static order is asked of a provider that has none', () => {
    const checkout = { provider: 'sandbox', currency: 'USD', amount: '5.00', orderType: 'STATIC' }
    expect(problemsOf({ providers: { sandbox: {} }, checkouts: { box: checkout } }, {})).toEqual([
      'checkouts.box.orderType: sandbox takes one payment an order: only TRANSIENT',
    ])
  })

  it('when notifications have no secret to be signed with, or one that is too weak', () => {
    const notifications = { url: 'https://shop.example/hooks/coinslot' }
    const withSecret = (secret?: string) =>
      problemsOf(
        { ...file, notifications },
        secret === undefined
          ? environment
          : { ...environment, COINSLOT_NOTIFICATION_SECRET: secret },
      )
    const missing =
      'COINSLOT_NOTIFICATION_SECRET: is not set, and "notifications" needs it to sign with'
    const malformed =
      'COINSLOT_NOTIFICATION_SECRET: each secret must be whsec_ and the base64 of 24 bytes or more'
    const base64 = (bytes: number) => Buffer.alloc(bytes, 255).toString('base64')
    expect(withSecret()).toEqual([missing])
    expect(withSecret('')).toEqual([missing])
    for (const secret of [
      base64(24),
      `whsec_${base64(23)}`,
      `whsec_${base64(32).replaceAll('/', '_')}`,
      `whsec_${base64(25).replaceAll('=', '')}`,
      `WHSEC_${base64(24)}`,
      'whsec_',
      `whsec_${base64(24)},`,
      `whsec_${base64(24)},whsec_short`,
    ]) {
      expect(withSecret(secret), secret).toEqual([malformed])
    }
    expect(withSecret(`whsec_${base64(24)}, whsec_${base64(32)}`)).toEqual([])
  })

  it.each([
    'http://shop.example/hook',
    'https://shop.example/hook#part',
    'https://user:pass@shop.example/hook',
    'https://0x7f000001/hook',
    'https://2130706433/hook',
    'https://127.1/hook',
    'https://localhost./hook',
    'https://[::ffff:127.0.0.1]/hook',
    'ftp://shop.example/hook',
    '/hook',
  ])('when notifications go to %s, whatever else is allowed', (url) => {
    const notifications = { url, allowPrivateAddress: true }
    expect(problemsOf({ ...file, notifications }, notified)).toEqual([
      'notifications.url: must be an https URL (http on loopback)',
    ])
  })

  it.each([
    'http://127.0.0.1:3000/hook',
    'http://localhost:3000/hook',
    'https://shop.localhost/hook',
    'https://10.0.0.5/hook',
    'https://[::1]/hook',
    'https://169.254.169.254/latest',
  ])('when notifications go to the private address %s, unless that is said', (url) => {
    expect(problemsOf({ ...file, notifications: { url } }, notified)).toEqual([
      'notifications.url: names a private address: set "allowPrivateAddress" to true if that is meant',
    ])
    const notifications = { url, allowPrivateAddress: true }
    expect(problemsOf({ ...file, notifications }, notified)).toEqual([])
  })

  it.each([
    ['mysql://shop:tulip@db.example/shop', 'must be file: and a path, such as'],
    ['shop.db', 'must be file: and a path, such as'],
    ['postgres://', 'must be file: and a path, such as'],
    ['postgres://shop:tu/lip@db.example/shop', 'must be a URL: / ? # in a password are written'],
  ])('when the database is %s, of which nothing is shown', (DATABASE_URL, told) => {
    const [problem, ...others] = problemsOf(file, { ...environment, DATABASE_URL })
    expect(problem).toContain(`DATABASE_URL: ${told}`)
    expect(problem).not.toMatch(/tu|lip/)
    expect(others).toEqual([])
  })

  it.each([
    ['short', 'thirty-one bytes are too little'],
    ['short beside a long one', 'thirty-two bytes are just enough,short'],
    ['empty at the end of the list', 'thirty-two bytes are just enough,'],
    ['made of spaces', ' '.repeat(40)],
  ])('when a secret of offers is %s, naming the variable and never the secret', (_, secret) => {
    expect(problemsOf(file, { ...environment, COINSLOT_SECRET: secret })).toEqual([
      'COINSLOT_SECRET: each secret must have 32 bytes or more',
    ])
  })

  it('when a secret is missing or empty, naming the variable and the provider', () => {
    for (const name of Object.keys(environment)) {
      for (const value of [undefined, '']) {
        const env = { ...environment, [name]: value } as Record<string, string>
        expect(problemsOf(file, env)).toEqual([
          `${name}: is not set, and provider "sprintcheckout" needs it`,
        ])
      }
    }
  })

  it.each([
    ['a secret in the file', { ...file, providers: { sprintcheckout: { apiKey: 'key' } } }],
    ['an unknown provider', { ...file, providers: { sprintcheckout: {}, paypal: {} } }],
    ['a checkout id with a slash', { ...file, checkouts: { 'a/b': donation } }],
    ['nothing at all', null],
    ['a list', []],
    ['text', 'coinslot'],
    ['a wildcard origin', { ...file, origins: ['*'] }],
    ['the opaque origin', { ...file, origins: ['null'] }],
    ['an origin in http', { ...file, origins: ['http://shop.example'] }],
    ['a look at the open sessions every 4 s', { ...file, reconcileEvery: 4 }],
    ['a look at the open sessions every 5.5 s', { ...file, reconcileEvery: 5.5 }],
    ['seconds as text', { ...file, reconcileEvery: '60' }],
    ['a public URL with a slash at its end', { ...file, publicUrl: 'https://pay.shop.example/' }],
  ])('for %s', (_, configuration) => {
    expect(problemsOf(configuration).length).toBeGreaterThan(0)
  })

  it.each([
    ['too many decimals', { amount: '25.001' }],
    ['zero', { amount: '0.00' }],
    ['a number', { amount: 25 }],
    ['no amount where it cannot be changed', { amount: undefined, editable: false, presets: [] }],
    ['a minimum over the maximum', { minAmount: '6000.00' }],
    ['an amount under the minimum', { amount: '4.00' }],
    ['a preset over the maximum', { presets: ['10.00', '9000.00'] }],
    ['presets on a fixed amount', { editable: false }],
    ['16 digits', { maxAmount: '99999999999999.99' }],
    ['a currency that is none', { currency: 'BTC' }],
    ['a life under a minute', { expiresIn: 59 }],
    ['an unknown key', { callbackUrl: 'https://shop.example' }],
  ])('for a checkout with %s', (_, change) => {
    expect(problemsOf(withDonation(change)).length).toBeGreaterThan(0)
  })
})

describe('a provider whose address only the operator knows', () => {
  const SECRETS = { KADOSEI_API_KEY: 'key', KADOSEI_WEBHOOK_SECRET: 'hook' }
  const withKadosei = (kadosei: object) => ({ ...file, providers: { kadosei }, checkouts: {} })
  const addressOf = (kadosei: object, env: object = {}) =>
    parseConfig(withKadosei(kadosei), { ...SECRETS, ...env }).providers.get('kadosei')?.baseUrl

  it('is refused without it, and without each of its secrets, all at once', () => {
    expect(problemsOf(withKadosei({}), {})).toEqual([
      'KADOSEI_API_KEY: is not set, and provider "kadosei" needs it',
      'KADOSEI_WEBHOOK_SECRET: is not set, and provider "kadosei" needs it',
      expect.stringMatching(/^providers\.kadosei\.baseUrl: is needed \(or KADOSEI_BASE_URL\)/),
    ])
  })

  it.each([
    ['http', { baseUrl: 'http://api.kadosei.example' }, {}],
    ['a slash at its end', { baseUrl: 'https://api.kadosei.example/' }, {}],
    ['nothing in it', { baseUrl: '' }, {}],
    ['http in the environment', {}, { KADOSEI_BASE_URL: 'http://api.kadosei.example' }],
  ])('is refused with %s', (_, settings, env) => {
    expect(problemsOf(withKadosei(settings), { ...SECRETS, ...env })).toHaveLength(1)
  })

  it('is where the file says, or the environment, which counts first', () => {
    const baseUrl = 'https://api.kadosei.example'
    expect(addressOf({ baseUrl })).toBe(baseUrl)
    const KADOSEI_BASE_URL = 'http://127.0.0.1:4010'
    expect(addressOf({}, { KADOSEI_BASE_URL })).toBe(KADOSEI_BASE_URL)
    expect(addressOf({ baseUrl }, { KADOSEI_BASE_URL })).toBe(KADOSEI_BASE_URL)
  })

  it('may not be told for one whose address is known', () => {
    const sprintcheckout = { baseUrl: 'https://elsewhere.example' }
    expect(problemsOf({ ...file, providers: { sprintcheckout } })).toHaveLength(1)
  })
})

describe('a configuration', () => {
  it('gives every amount exactly the decimals of its currency', () => {
    const { checkouts } = parseConfig(
      withDonation({ amount: '25', minAmount: '5', maxAmount: '5000.5', presets: ['10'] }),
      environment,
    )
    expect(checkouts.get('donation')).toMatchObject({
      amount: '25.00',
      minAmount: '5.00',
      maxAmount: '5000.50',
      presets: ['10.00'],
      orderType: 'TRANSIENT',
    })
  })

  it('takes the documented defaults', () => {
    const config = parseConfig({ ...file, publicUrl: undefined }, { ...environment, PORT: '9000' })
    expect(config).toMatchObject({
      demo: false,
      port: 9000,
      host: undefined,
      databaseUrl: 'file:./coinslot.db',
      publicUrl: 'http://localhost:9000',
      reconcileEvery: 60,
    })
    expect(config.providers.get('sprintcheckout')).toMatchObject({
      baseUrl: 'https://api.sprintcheckout.com',
      settings: { webhookHeader: 'X-Webhook-Api-Key' },
    })
  })

  it.each(['postgres://shop:word@db.example/shop', 'postgresql:///shop?host=/run/postgresql'])(
    'may have its store at %s',
    (DATABASE_URL) => {
      expect(parseConfig(file, { ...environment, DATABASE_URL }).databaseUrl).toBe(DATABASE_URL)
    },
  )

  it('may point a provider at a stand-in on this machine', () => {
    const SPRINTCHECKOUT_BASE_URL = 'http://127.0.0.1:4010'
    const { providers } = parseConfig(file, { ...environment, SPRINTCHECKOUT_BASE_URL })
    expect(providers.get('sprintcheckout')?.baseUrl).toBe(SPRINTCHECKOUT_BASE_URL)
  })

  it('that is left out means demo mode: the sandbox and sample checkouts', () => {
    const config = parseConfig(undefined, environment)
    expect(config.demo).toBe(true)
    expect([...config.providers.keys()]).toEqual(['sandbox'])
    expect(config.checkouts.get('donation')?.minAmount).toBe('5.00')
  })

  it('is described by a JSON Schema that accepts what the server accepts', () => {
    const validate = formats
      .default(new Ajv2020({ strict: false }))
      .compile(configurationJsonSchema() as object)
    expect(validate(file), JSON.stringify(validate.errors)).toBe(true)
    expect(validate(demoConfiguration)).toBe(true)
    expect(validate({ ...file, publicURL: 'x' })).toBe(false)
    expect(validate(withDonation({ amount: 25 }))).toBe(false)
  })
})

describe('what a configuration leaves out', () => {
  it('believes no proxy, and limits sessions', () => {
    const { trustedProxyHops, rateLimits } = parseConfig(file, environment)
    expect(trustedProxyHops).toBe(0)
    expect(rateLimits).toEqual({ perAddress: 30, perCheckout: 600, perProvider: 1200 })
  })

  it('limits sessions by the other limits where one is named', () => {
    const { rateLimits } = parseConfig({ ...file, rateLimits: { perAddress: 5 } }, environment)
    expect(rateLimits).toEqual({ perAddress: 5, perCheckout: 600, perProvider: 1200 })
  })
})
