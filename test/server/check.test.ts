/** What `coinslot check` finds wrong, and what mends it; every request is answered here. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConstantBackoff } from 'cockatiel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { diagnose, type Diagnosis } from '../../server/check/diagnose.ts'
import type { Finding } from '../../server/check/finding.ts'
import { allowsUrl, parsePolicies } from '../../server/check/security-policy.ts'
import { toJson, toText } from '../../server/commands/check.ts'
import { openSqlite } from '../../server/store/sqlite.ts'
import { AnswerTooLong, type TransportRequest } from '../../server/transport.ts'
import { version } from '../../server/version.ts'

const NOW = new Date('2026-11-21T12:00:00Z')
const PAGE = 'https://shop.example/donate'

const lamp = { provider: 'kadosei', currency: 'USD', amount: '40.00' }
const configuration = {
  publicUrl: 'https://pay.shop.example',
  trustedProxyHops: 1,
  origins: ['https://shop.example'],
  providers: { kadosei: { baseUrl: 'https://api.kadosei.example' } },
  checkouts: { lamp },
}
const environment = {
  KADOSEI_API_KEY: 'ks_live_0123456789abcdef',
  KADOSEI_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
  COINSLOT_SECRET: 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789',
}

type Fake =
  | { status?: number; headers?: Record<string, string | string[]>; body?: string; cut?: Error }
  /** The code of why there is no answer. */
  | string

/** A server that is as it should be, by the start of the address; the longest counts. */
const SOUND: Readonly<Record<string, Fake>> = {
  'https://pay.shop.example/healthz': { body: '{"status":"ok"}' },
  'https://pay.shop.example/coinslot.json': { body: JSON.stringify({ version }) },
  'https://pay.shop.example/v1/webhooks/': { status: 405 },
  'https://api.kadosei.example/': { status: 404, body: '{}' },
  'https://api.sprintcheckout.com/': { status: 404, body: 'nothing here' },
  'https://payment.kuvarpay.com/': { status: 404, body: '{}' },
  [PAGE]: { body: '<!doctype html><title>Shop</title>' },
}

interface Setup extends Partial<Diagnosis> {
  readonly answers?: Readonly<Record<string, Fake>>
}

/** Looks at a set-up of which all is well but for what is given. */
async function look({ answers = {}, ...change }: Setup = {}) {
  const sent: TransportRequest[] = []
  const all = { ...SOUND, ...answers }
  const findings: Finding[] = []
  const told = diagnose({
    configuration,
    environment: { DATABASE_URL: await newFile(), ...environment, ...change.environment },
    resolve: async () => ['93.184.216.34'],
    deadline: () => new AbortController().signal,
    providerTiming: { backoff: new ConstantBackoff(0) },
    now: () => NOW,
    async transport(request) {
      sent.push(request)
      const [, fake] =
        Object.entries(all)
          .filter(([start]) => request.url.startsWith(start))
          .toSorted(([one], [other]) => other.length - one.length)[0] ?? []
      if (fake === undefined) throw new Error(`nobody is at ${request.url}`)
      if (typeof fake === 'string') throw Object.assign(new Error('failed'), { code: fake })
      const { headers, body = '', ...others } = fake
      const dated = { date: NOW.toUTCString(), ...headers }
      return { status: 200, headers: dated, body: Buffer.from(body), ...others }
    },
    ...withoutEnvironment(change),
  })
  for await (const finding of told) findings.push(finding)
  return { findings, sent, levels: new Set(findings.map(({ level }) => level)) }
}

function withoutEnvironment({ environment: _, ...others }: Partial<Diagnosis>) {
  return others
}

/** The findings of a kind about something, each as one line. */
function lines(findings: readonly Finding[], level: Finding['level'], about: string): string[] {
  return findings
    .filter((finding) => finding.level === level && finding.about === about)
    .map(({ says, mend }) => `${says} | ${mend}`)
}

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-check-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return `file:${join(folder, 'coinslot.db')}`
}

const others = { providers: { kuvarpay: { businessId: 'biz_1' }, sprintcheckout: {} } }
const secretsOfOthers = {
  KUVARPAY_API_KEY: 'sk_live_0123456789abcdef',
  KUVARPAY_PUBLISHABLE_KEY: 'pk_live_0123456789abcdef',
  KUVARPAY_WEBHOOK_SECRET: 'whs_0123456789abcdef',
  SPRINTCHECKOUT_API_KEY: 'an-api-key-0123456789abcdef',
  SPRINTCHECKOUT_WEBHOOK_KEY: 'a-webhook-key-0123456789abcdef',
}

describe('coinslot check', () => {
  it('finds nothing wrong with a set-up that is sound, and makes nothing there', async () => {
    const { findings, sent } = await look({
      configuration: {
        ...configuration,
        providers: { ...configuration.providers, ...others.providers },
      },
      environment: secretsOfOthers,
      page: PAGE,
    })
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([])
    expect(new Set(sent.map(({ method }) => method))).toEqual(new Set(['GET']))
    expect(sent.every(({ body }) => body === undefined)).toBe(true)
  })

  it('tells every problem of a configuration, with the variables that are missing', async () => {
    const { findings } = await look({
      configuration: {
        ...configuration,
        origins: ['https://shop.example/', '*', 'http://shop.example'],
        checkouts: { lamp: { ...lamp, amount: '40.001' } },
      },
      environment: { KADOSEI_API_KEY: '', COINSLOT_SECRET: 'short' },
    })
    const wrong = lines(findings, 'failure', 'configuration')
    expect(wrong).toHaveLength(4)
    expect(wrong.filter((line) => line.startsWith('origins.'))).toHaveLength(3)
    expect(lines(findings, 'failure', 'environment')).toEqual([
      expect.stringMatching(/^COINSLOT_SECRET: each secret must have 32 bytes/),
      expect.stringMatching(/^KADOSEI_API_KEY: is not set/),
    ])
  })

  it('says that demo mode sells nothing', async () => {
    const { findings } = await look({
      configuration: undefined,
      answers: { 'http://localhost:8080': 'ECONNREFUSED' },
    })
    expect(lines(findings, 'warning', 'configuration')).toHaveLength(1)
    expect(lines(findings, 'failure', 'publicUrl')).toEqual([
      expect.stringMatching(/takes no connection.*Start the server/),
    ])
  })

  it('shows no secret in anything that it says', async () => {
    const secrets = { ...environment, ...secretsOfOthers, COINSLOT_SECRET: 'a'.repeat(40) }
    const { findings } = await look({
      configuration: { ...configuration, ...others, checkouts: {} },
      environment: secrets,
      answers: { 'https://payment.kuvarpay.com/': { status: 401 } },
    })
    const said = JSON.stringify(findings)
    for (const secret of Object.values(secrets)) expect(said).not.toContain(secret)
  })
})

describe('the secrets', () => {
  it.each([
    ['failure', 'KADOSEI_API_KEY', 'changeme', /is a placeholder/],
    ['failure', 'KADOSEI_API_KEY', 'ks_live_0123456789abcdef\n', /a line end/],
    ['warning', 'KADOSEI_WEBHOOK_SECRET', 'abc123', /has 6 characters/],
    ['warning', 'KADOSEI_API_KEY', 'ks_test_0123456789abcdef', /is a test key/],
    ['warning', 'KADOSEI_WEBHOOK_SECRET', environment.KADOSEI_API_KEY, /are the same/],
    ['failure', 'COINSLOT_SECRET', 'a'.repeat(40), /is not random/],
    ['warning', 'COINSLOT_SECRET', '', /is not set: offers are refused/],
  ] as const)('are looked at: %s for %s', async (level, name, value, told) => {
    const { findings } = await look({ environment: { [name]: value } })
    expect(lines(findings, level, 'secrets')).toEqual([expect.stringMatching(told)])
  })

  it.each([
    ['failure', 'KUVARPAY_PUBLISHABLE_KEY', 'sk_live_fedcba9876543210', /shown to every buyer/],
    ['warning', 'KUVARPAY_API_KEY', 'pk_live_fedcba9876543210', /looks like a publishable key/],
  ] as const)('are not mixed up: %s for %s', async (level, name, value, told) => {
    const { findings } = await look({
      configuration: { ...configuration, ...others, checkouts: {} },
      environment: { ...secretsOfOthers, [name]: value },
    })
    expect(lines(findings, level, 'secrets')).toEqual([expect.stringMatching(told)])
  })
})

describe('a secret', () => {
  it('of which something is wrong is not called long enough', async () => {
    const { findings } = await look({ environment: { KADOSEI_API_KEY: 'abc' } })
    const [sound] = lines(findings, 'ok', 'secrets')
    expect(sound).toContain('KADOSEI_WEBHOOK_SECRET')
    expect(sound).not.toContain('KADOSEI_API_KEY')
  })
})

describe('the database', () => {
  it('may still have to be made, and is not by looking', async () => {
    const url = await newFile()
    const { findings } = await look({ environment: { DATABASE_URL: url } })
    expect(lines(findings, 'ok', 'database')).toEqual([expect.stringMatching(/still to be made/)])
    await expect(rm(url.slice('file:'.length))).rejects.toThrow('ENOENT')
  })

  it('can be used while a server uses it', async () => {
    const url = await newFile()
    const { db } = await openSqlite(url.slice('file:'.length))
    const { findings } = await look({ environment: { DATABASE_URL: url } })
    expect(lines(findings, 'ok', 'database')).toEqual([expect.stringMatching(/can be used/)])
    await db.destroy()
  })

  it('is refused where it is no database, is in memory, or is nowhere', async () => {
    const url = await newFile()
    await writeFile(url.slice('file:'.length), 'no database at all, but text '.repeat(200))
    const told: string[] = []
    for (const wrong of [
      url,
      'file::memory:',
      'file:/nowhere/at/all.db',
      'postgres://127.0.0.1:1/x',
    ]) {
      const { findings } = await look({ environment: { DATABASE_URL: wrong } })
      told.push(...lines(findings, 'failure', 'database'))
    }
    expect(told).toEqual([
      expect.stringMatching(/cannot be used: SQLITE_NOTADB/),
      expect.stringMatching(/forgets every payment/),
      expect.stringMatching(/\/nowhere\/at \(ENOENT\)/),
      expect.stringMatching(/PostgreSQL cannot be used: ECONNREFUSED/),
    ])
  })
})

describe('the providers', () => {
  it.each([
    ['ENOTFOUND', /no name that can be resolved.*DNS/],
    ['CERT_HAS_EXPIRED', /certificate that is not trusted/],
    ['UND_ERR_CONNECT_TIMEOUT', /did not answer in time/],
    ['ECONNREFUSED', /takes no connection.*firewall/],
    ['EWHATEVER', /cannot be reached \(EWHATEVER\)/],
  ])('are told of where they cannot be reached: %s', async (code, told) => {
    const { findings } = await look({ answers: { 'https://api.kadosei.example/': code } })
    expect(lines(findings, 'failure', 'provider kadosei')).toEqual([expect.stringMatching(told)])
  })

  it('that never answer are given up at the deadline', async () => {
    const { findings } = await look({
      providerTiming: { deadline: () => AbortSignal.abort() },
      answers: { 'https://api.kadosei.example/': 'AbortError' },
    })
    expect(lines(findings, 'failure', 'provider kadosei')).toEqual([
      expect.stringMatching(/did not answer in time/),
    ])
  })

  it.each([
    ['failure', 401, /does not take KADOSEI_API_KEY/],
    ['warning', 403, /forbids KADOSEI_API_KEY/],
    ['warning', 503, /answers 503/],
    ['warning', 302, /answers 302.*Check its address/],
    ['ok', 404, /does not refuse KADOSEI_API_KEY/],
    ['ok', 429, /answers/],
  ] as const)('that answer are a %s for %i', async (level, status, told) => {
    const { findings } = await look({ answers: { 'https://api.kadosei.example/': { status } } })
    expect(lines(findings, level, 'provider kadosei')).toEqual([expect.stringMatching(told)])
  })

  it('without a harmless call are asked for nothing with the key', async () => {
    const { findings, sent } = await look({
      configuration: { ...configuration, providers: { sprintcheckout: {} }, checkouts: {} },
      environment: secretsOfOthers,
      answers: { 'https://api.sprintcheckout.com/': { status: 401 } },
    })
    expect(lines(findings, 'ok', 'provider sprintcheckout')).toEqual([
      expect.stringMatching(/can only be tried by opening a session/),
    ])
    expect(JSON.stringify(sent)).not.toContain(secretsOfOthers.SPRINTCHECKOUT_API_KEY)
  })

  it('are named where buyers would pay nothing', async () => {
    const { findings } = await look({
      configuration: {
        ...configuration,
        providers: { ...configuration.providers, sandbox: {} },
        checkouts: { lamp: { ...lamp, provider: 'sandbox' } },
      },
    })
    expect(lines(findings, 'warning', 'provider sandbox')).toEqual([
      expect.stringMatching(/no real money moves in lamp/),
    ])
  })
})

describe('the clock', () => {
  const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000).toUTCString()
  const withDates = (provider: Record<string, string>, own: Record<string, string>) =>
    look({
      answers: {
        'https://api.kadosei.example/': { status: 404, headers: provider },
        'https://pay.shop.example/healthz': { body: '{"status":"ok"}', headers: own },
      },
    })

  it.each([
    [-61, /^61 s ahead of api\.kadosei\.example.*NTP/],
    [61, /^61 s behind api\.kadosei\.example.*NTP/],
  ])(
    'is wrong with a provider %i s off, though our own server agrees with it',
    async (off, told) => {
      const { findings } = await withDates({ date: at(off) }, { date: at(0) })
      expect(lines(findings, 'failure', 'clock')).toEqual([expect.stringMatching(told)])
    },
  )

  it.each([-60, 0, 60])('is right with a provider %i s off', async (off) => {
    const { findings } = await withDates({ date: at(off) }, { date: at(0) })
    expect(lines(findings, 'ok', 'clock')).toHaveLength(1)
  })

  it('is not called wrong by an answer that a cache has kept', async () => {
    const { findings } = await withDates({ date: at(-3600), age: '3600' }, { date: at(0) })
    expect(lines(findings, 'ok', 'clock')).toHaveLength(1)
  })

  it('is not called right by this very machine', async () => {
    const { findings } = await look({
      configuration: undefined,
      answers: { 'http://localhost:8080': { body: '{"status":"ok"}' } },
    })
    expect(lines(findings, 'warning', 'clock')).toEqual([expect.stringMatching(/with nothing/)])
  })

  it('is compared with the public address where no provider has a date, and else with nothing', async () => {
    const own = await withDates({ date: '' }, { date: at(-300) })
    // What else the public address answers is right: the nearest counts.
    expect(lines(own.findings, 'ok', 'clock')).toEqual([
      expect.stringMatching(/pay\.shop\.example/),
    ])
    const nothing = await look({
      answers: {
        'https://api.kadosei.example/': 'ECONNREFUSED',
        'https://pay.shop.example/': 'ECONNREFUSED',
        'https://pay.shop.example/healthz': 'ECONNREFUSED',
      },
    })
    expect(lines(nothing.findings, 'warning', 'clock')).toHaveLength(1)
  })
})

describe('the public address', () => {
  it.each<[string, Fake, RegExp]>([
    [
      'redirects',
      { status: 301, headers: { location: 'https://www.shop.example/healthz' } },
      /redirects to https:\/\/www\.shop\.example,.*answers by itself/,
    ],
    ['is another page', { body: '<h1>Shop</h1>' }, /answers 200, and not as this server/],
    ['is JSON of another', { body: 'null' }, /answers 200, and not as this server/],
    ['is not found', { status: 404 }, /answers 404/],
    ['is down', 'ECONNREFUSED', /takes no connection.*Start the server/],
    ['has a wrong certificate', 'ERR_TLS_CERT_ALTNAME_INVALID', /certificate/],
  ])('fails where it %s', async (_, fake, told) => {
    const { findings } = await look({ answers: { 'https://pay.shop.example/healthz': fake } })
    expect(lines(findings, 'failure', 'publicUrl')).toEqual([expect.stringMatching(told)])
  })

  it.each<[string, Fake, RegExp]>([
    ['another version', { body: '{"version":"0.0.1"}' }, /version 0\.0\.1 runs there/],
    ['no version', { body: '{"version":"<script>"}' }, /does not say which version/],
  ])('fails with %s', async (_, fake, told) => {
    const { findings } = await look({ answers: { 'https://pay.shop.example/coinslot.json': fake } })
    expect(lines(findings, 'failure', 'publicUrl')).toEqual([expect.stringMatching(told)])
  })

  it.each(['https://10.0.0.5', 'https://[fd00::1]', 'http://localhost:8080', 'https://127.0.0.1'])(
    'is no %s, where no webhook arrives',
    async (publicUrl) => {
      const { findings } = await look({
        configuration: { ...configuration, publicUrl },
        answers: { [publicUrl]: 'ECONNREFUSED' },
      })
      expect(lines(findings, 'failure', 'publicUrl')[0]).toMatch(/webhooks do not get there/)
    },
  )

  it('is told of where its name leads to a private address from here', async () => {
    const { findings } = await look({ resolve: async () => ['93.184.216.34', '192.168.1.7'] })
    expect(lines(findings, 'warning', 'publicUrl')).toEqual([
      expect.stringMatching(/192\.168\.1\.7/),
    ])
  })

  it('tells which address each provider is to be given, and what keeps webhooks away', async () => {
    const sound = await look()
    expect(lines(sound.findings, 'ok', 'webhook kadosei')).toEqual([
      expect.stringContaining('https://pay.shop.example/v1/webhooks/kadosei'),
    ])
    const down = await look({ answers: { 'https://pay.shop.example/healthz': 'ECONNREFUSED' } })
    expect(lines(down.findings, 'warning', 'webhook kadosei')).toEqual([
      expect.stringMatching(
        /https:\/\/pay\.shop\.example\/v1\/webhooks\/kadosei; it was not looked at/,
      ),
    ])
    const guarded = await look({
      answers: { 'https://pay.shop.example/v1/webhooks/': { status: 401 } },
    })
    expect(lines(guarded.findings, 'warning', 'webhook kadosei')).toEqual([
      expect.stringMatching(/answers 401.*without a log-in/),
    ])
  })
})

describe('the proxies', () => {
  it('are missed where something has the certificate and no header is believed', async () => {
    const { findings } = await look({ configuration: { ...configuration, trustedProxyHops: 0 } })
    expect(lines(findings, 'warning', 'publicUrl')).toEqual([
      expect.stringMatching(/all buyers have its address.*Set "trustedProxyHops"/),
    ])
  })

  it('are not where the server is reached by itself', async () => {
    const publicUrl = 'http://localhost:8080'
    const { findings } = await look({
      configuration: { ...configuration, publicUrl, trustedProxyHops: 0 },
      answers: { [publicUrl]: 'ECONNREFUSED' },
    })
    expect(findings.map(({ id }) => id)).not.toContain('public-url.proxy')
  })
})

describe('whoever is told', () => {
  const url = 'https://hooks.shop.example/coinslot'
  const secret = `whsec_${Buffer.alloc(24, 'abc').toString('base64')}`
  const told = (change: Setup & { notifications?: object } = {}) =>
    look({
      ...change,
      configuration: { ...configuration, notifications: { url, ...change.notifications } },
      environment: { COINSLOT_NOTIFICATION_SECRET: secret },
      answers: { [url]: { status: 404 }, ...change.answers },
    })

  it.each<[string, Fake, RegExp]>([
    ['is down', 'ECONNREFUSED', /^hooks\.shop\.example takes no connection/],
    ['is no name', 'ENOTFOUND', /no name that can be resolved/],
    ['has a wrong certificate', 'CERT_HAS_EXPIRED', /certificate/],
  ])('fails where it %s', async (_, fake, words) => {
    const { findings } = await told({ answers: { [url]: fake } })
    expect(lines(findings, 'failure', 'notifications')).toEqual([expect.stringMatching(words)])
  })

  it('fails where its name leads to a private address, which is not asked', async () => {
    const resolve = async () => ['93.184.216.34', '10.0.0.7']
    const { findings, sent } = await told({ resolve })
    expect(lines(findings, 'failure', 'notifications')).toEqual([
      expect.stringMatching(/10\.0\.0\.7, which is private.*allowPrivateAddress/),
    ])
    expect(sent.map((request) => request.url)).not.toContain(url)
    const meant = await told({ resolve, notifications: { allowPrivateAddress: true } })
    expect(lines(meant.findings, 'ok', 'notifications')).toHaveLength(1)
  })

  it('is warned of where it redirects', async () => {
    const { findings } = await told({ answers: { [url]: { status: 301 } } })
    expect(lines(findings, 'warning', 'notifications')).toEqual([
      expect.stringMatching(/redirects, which is not followed/),
    ])
  })

  it('is told nothing: one question is enough, whatever it answers', async () => {
    const { findings, sent, levels } = await told()
    expect(lines(findings, 'ok', 'notifications')).toEqual([
      expect.stringContaining('hooks.shop.example answers'),
    ])
    const asked = sent.filter((request) => request.url === url)
    expect(asked.map(({ method, body }) => [method, body])).toEqual([['GET', undefined]])
    expect([...levels]).toEqual(['ok'])
  })

  it('by metrics is not everybody', async () => {
    const open = await look({
      configuration: { ...configuration, metrics: { port: 9464, host: '0.0.0.0' } },
    })
    expect(lines(open.findings, 'warning', 'metrics')).toEqual([
      expect.stringMatching(/0\.0\.0\.0:9464 reads them.*COINSLOT_METRICS_TOKEN/),
    ])
    const kept = await look({ configuration: { ...configuration, metrics: { port: 9464 } } })
    expect(lines(kept.findings, 'ok', 'metrics')).toHaveLength(1)
    const twice = await look({
      configuration: { ...configuration, metrics: {} },
      environment: { COINSLOT_METRICS_TOKEN: environment.COINSLOT_SECRET },
    })
    expect(lines(twice.findings, 'warning', 'secrets')).toEqual([
      expect.stringMatching(/COINSLOT_METRICS_TOKEN and COINSLOT_SECRET are the same/),
    ])
  })
})

describe('the origins', () => {
  it('are missed where there are none, and where buyers return to another', async () => {
    const { findings } = await look({
      configuration: {
        ...configuration,
        origins: [],
        checkouts: {
          lamp: { ...lamp, successUrl: 'https://www.shop.example/thanks', cancelUrl: '/' },
        },
      },
    })
    expect(lines(findings, 'warning', 'origins')).toEqual([
      expect.stringMatching(/only pages of this server itself/),
      expect.stringMatching(/"lamp" sends buyers to www\.shop\.example \(successUrl\)/),
    ])
  })

  it('have none of a developer left', async () => {
    const origins = ['https://shop.example', 'http://localhost:5173']
    const { findings } = await look({ configuration: { ...configuration, origins } })
    expect(lines(findings, 'warning', 'origins')).toEqual([
      expect.stringMatching(/^http:\/\/localhost:5173 is on the list/),
    ])
  })
})

describe("a merchant's page", () => {
  const header = (policy: string | string[]): Fake => ({
    headers: { 'content-security-policy': policy },
  })

  it.each<[string, Fake, readonly RegExp[]]>([
    [
      'lets nothing in',
      header("default-src 'none'"),
      [
        /default-src of its header keeps \S+coinslot\.js from running.*"script-src https:\/\/pay\.shop\.example"/,
        /default-src of its header keeps the element from asking.*"connect-src https:\/\/pay/,
      ],
    ],
    [
      'lets its own scripts run alone',
      header("script-src 'self'; connect-src *"),
      [/script-src of its header.*Add https:\/\/pay\.shop\.example to script-src/],
    ],
    [
      'names the server for scripts alone',
      header("default-src 'self'; script-src https://pay.shop.example"),
      [/keeps the element from asking.*"connect-src 'self' https:\/\/pay\.shop\.example"/],
    ],
    [
      'has a second policy',
      header(["script-src 'self' https://pay.shop.example", "connect-src 'self'"]),
      [/connect-src of its header/],
    ],
    [
      'has a second policy behind a comma',
      header("script-src https:, script-src 'self'"),
      [/script-src of its header/],
    ],
    [
      'has a stricter directive for elements',
      header("script-src https:; script-src-elem 'self'"),
      [/script-src-elem of its header/],
    ],
    [
      'takes no addresses',
      header("script-src 'strict-dynamic' https://pay.shop.example"),
      [/'strict-dynamic' takes no addresses/],
    ],
    [
      'says so in a meta element, with entities',
      {
        body: '<head><meta http-equiv="Content-Security-Policy" content="script-src &#39;self&#39;">',
      },
      [/script-src of its meta element/],
    ],
    [
      'lets no markup of others be made',
      header("require-trusted-types-for 'script'; trusted-types dompurify"),
      [/trusted-types of its header.*Add lit-html/],
    ],
    ['cannot be reached', 'ENOTFOUND', [/shop\.example is no name/]],
    [
      'breaks half-way',
      { cut: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) },
      [/UND_ERR_SOCKET/],
    ],
  ])('is told of where it %s', async (_, fake, told) => {
    const { findings } = await look({ page: PAGE, answers: { [PAGE]: fake } })
    expect(lines(findings, 'failure', 'page')).toEqual(
      told.map((expected) => expect.stringMatching(expected)),
    )
  })

  it.each<[string, Fake]>([
    [
      'the least policy',
      header('script-src https://pay.shop.example; connect-src https://pay.shop.example'),
    ],
    ['hosts below', header('default-src *.shop.example')],
    ['a scheme', header('default-src https:')],
    ['a page of which only the beginning is read', { cut: new AnswerTooLong() }],
    [
      'a policy in a comment',
      {
        body: '<!-- <meta http-equiv="Content-Security-Policy" content="default-src \'none\'"> -->',
      },
    ],
    [
      'a policy in its body, where it does not count',
      {
        body: '<body><p><meta http-equiv="Content-Security-Policy" content="default-src \'none\'">',
      },
    ],
    [
      'a policy that only reports',
      { headers: { 'content-security-policy-report-only': "default-src 'none'" } },
    ],
  ])('is well with %s', async (_, fake) => {
    const { findings } = await look({ page: PAGE, answers: { [PAGE]: fake } })
    expect(findings.filter(({ level, about }) => about === 'page' && level !== 'ok')).toEqual([])
  })

  it('is reminded of its nonce', async () => {
    const fake = header(
      "script-src 'nonce-abc' 'strict-dynamic'; connect-src https://pay.shop.example",
    )
    const { findings } = await look({ page: PAGE, answers: { [PAGE]: fake } })
    expect(lines(findings, 'warning', 'page')).toEqual([expect.stringMatching(/nonce or hash/)])
  })

  it('is to be the page itself, on the list of origins, and https', async () => {
    const moved = await look({ page: PAGE, answers: { [PAGE]: { status: 302 } } })
    expect(lines(moved.findings, 'warning', 'page')).toEqual([expect.stringMatching(/answers 302/)])
    const foreign = await look({
      page: 'https://other.example/',
      answers: { 'https://other.example/': {} },
    })
    expect(lines(foreign.findings, 'failure', 'page')).toEqual([
      expect.stringMatching(/https:\/\/other\.example is not on the list/),
    ])
    const plain = await look({ page: 'http://shop.example/' })
    expect(lines(plain.findings, 'failure', 'page')).toEqual([
      expect.stringMatching(/no https URL/),
    ])
  })
})

describe('a policy', () => {
  const page = new URL('https://shop.example/')
  const allows = (source: string, url: string) => allowsUrl([source], new URL(url), page)

  it.each([
    ["'none'", 'https://pay.example/a.js', false],
    ["'self'", 'https://shop.example:8443/a.js', false],
    ["'SELF'", 'https://shop.example/a.js', true],
    ['pay.example', 'https://pay.example/a.js', true],
    ['pay.example', 'http://pay.example/a.js', false],
    ['pay.example', 'https://pay.example:8443/a.js', false],
    ['pay.example:*', 'https://pay.example:8443/a.js', true],
    ['http://pay.example:8443', 'https://pay.example:8443/a.js', true],
    ['*.example', 'https://pay.example/a.js', true],
    ['*.pay.example', 'https://pay.example/a.js', false],
    ['*.pay.example', 'https://evilpay.example/a.js', false],
    ['https://PAY.example', 'https://pay.example/a.js', true],
    ['pay.example/a.js', 'https://pay.example/a.js', true],
    ['pay.example/b/', 'https://pay.example/a.js', false],
    ['pay.example/b/', 'https://pay.example/b/a.js', true],
    ['wss:', 'https://pay.example/', false],
  ])('with %s is read as browsers do for %s: %s', (source, url, expected) => {
    expect(allows(source, url)).toBe(expected)
  })

  it('counts the first of two directives, in any case', () => {
    const [policy] = parsePolicies("Script-Src 'self'; script-src *")
    expect(policy?.get('script-src')).toEqual(["'self'"])
    expect(parsePolicies(' ; , ')).toEqual([])
  })
})

describe('what is printed', () => {
  async function* told(): AsyncGenerator<Finding> {
    yield { id: 'clock.agrees', level: 'ok', about: 'clock', says: 'within 1 s', mend: null }
    yield {
      id: 'page.seen',
      level: 'failure',
      about: 'page',
      says: 'a\u{1B}[2J\nb',
      mend: 'Mend it.',
    }
  }
  async function read(pieces: AsyncIterable<string>): Promise<string> {
    let text = ''
    for await (const piece of pieces) text += piece
    return text
  }

  it('has each finding with its mend, and nothing that a terminal would obey', async () => {
    expect(await read(toText(told()))).toBe(
      'ok       clock: within 1 s [clock.agrees]\n' +
        'failure  page: a\u{FFFD}[2J\u{FFFD}b [page.seen]\n' +
        '         → Mend it.\n' +
        '\nok 1, warnings 0, failures 1\n',
    )
  })

  it('is JSON for a machine', async () => {
    const { passed, findings } = JSON.parse(await read(toJson(told()))) as Record<string, unknown[]>
    expect(passed).toBe(false)
    expect(findings).toHaveLength(2)
  })

  it('ends with 1, and tells a file that cannot be read as a finding', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coinslot-check-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'broken.json'), '{ "publicUrl"')
    const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
    const tsx = fileURLToPath(import.meta.resolve('tsx'))
    const args = ['--import', tsx, main, 'check', '--config', 'broken.json', '--json']
    const run = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: {} })
    expect(run).toMatchObject({ status: 1, stderr: '' })
    const { findings } = JSON.parse(run.stdout) as { findings: Finding[] }
    expect(findings[0]).toMatchObject({
      level: 'failure',
      about: 'configuration',
      says: expect.stringMatching(/^broken\.json: /),
      mend: expect.stringMatching(/--config/),
    })
  }, 60_000)
})
