/** URLs that a parser reads otherwise than a person: none is called, and no buyer is sent to one. */
import { describe, expect, it } from 'vitest'
import { ConfigurationError, parseConfig } from '../../server/config.ts'
import { isHostListed, isSafeUrl } from '../../server/safe-url.ts'
import { providerThat, readProblem, readSession, SELF, startCoinslot } from './coinslot-harness.ts'

const HOSTILE: Readonly<Record<string, readonly string[]>> = {
  'has another scheme': [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '\tjavascript:alert(1)',
    'java\nscript:alert(1)',
    'javascript://shop.example/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'blob:https://shop.example/1',
    'file:///etc/passwd',
    'ftp://shop.example',
    'wss://shop.example',
    'about:blank',
    'HTTPS://shop.example',
    'view-source:https://shop.example',
  ],
  'is not encrypted': [
    'http://shop.example',
    'http://shop.example:443',
    'http://10.0.0.1',
    'http://192.168.0.1',
    'http://169.254.169.254',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]',
    'http://0.0.0.0',
    'http://[::]',
  ],
  'is not whole': [
    '',
    'shop.example',
    'https:evil.example',
    'https:/evil.example',
    'https:///evil.example',
    'https://',
    'https://?evil.example',
    'https://#evil.example',
    'https://:8443',
    'https://[::1',
    'https://shop.example:99999',
    'https://shop.example:',
    'null',
  ],
  'turns slashes around': [
    '\\\\evil.example',
    'https:\\\\evil.example',
    'https://shop.example\\@evil.example',
    'https://shop.example\\.evil.example',
    'https://shop.example/..\\..\\evil',
  ],
  'names another host behind a user': [
    'https://good@evil.example',
    'https://good:word@evil.example',
    'https://shop.example@evil.example',
    'https://@shop.example',
    'https://shop.example%2f@evil.example',
    'https://shop.example%00@evil.example',
  ],
  'has a host that looks like another': [
    'https://sh\u043ep.example',
    'https://\uff53hop.example',
    'https://shop\u3002example',
    'https://sho\u00adp.example',
    'https://SHOP.example',
    'https://shop.example.',
    'https://shop.example:443',
    'https://shop.example:0443',
    'https://shop%2eexample',
    'https://shop.example%2f.evil.example',
    'https://*.shop.example',
    'https://shop.example;evil.example',
    'https://shop.example,evil.example',
    "https://shop.example'",
    'https://shop.example&evil.example',
  ],
  'hides white space or controls': [
    ' https://shop.example',
    'https://shop.example ',
    'https://shop.example/a b',
    'https://sh\top.example',
    'https://shop.example/\t',
    'https://shop.example/\r\nSet-Cookie: a=b',
    'https://shop.example/\0',
    '\ufeffhttps://shop.example',
    'https://shop.example\n',
    'https://shop.example/\u0085',
    'https://shop.example/\u2028',
  ],
  'writes this machine in another way': [
    'http://2130706433',
    'http://0x7f000001',
    'http://0x7f.1',
    'http://0177.0.0.1',
    'http://127.1',
    'http://127.0.0.1.',
    'http://127.000.000.001',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[0:0:0:0:0:0:0:1]',
    'http://[::1%25lo]',
    'http://localhost.',
    'http://LOCALHOST',
    'http://localhost.evil.example',
    'http://127.0.0.1.nip.io',
    'http://evil.example/127.0.0.1',
    'http://evil.example#@localhost',
    'https://2130706433',
    'https://0x7f000001',
  ],
}

const PATHS_ELSEWHERE = [
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  '/a\\..\\..\\/evil.example',
  '/a\r\nSet-Cookie: a=b',
  'thanks',
  './thanks',
  '../thanks',
  '?thanks',
  '#thanks',
  ' /thanks',
]

const everyHostile = Object.values(HOSTILE).flat()
const shown = (urls: readonly string[]) => urls.map((url) => [JSON.stringify(url), url] as const)

describe('a URL that', () => {
  describe.each(Object.entries(HOSTILE))('%s is not safe:', (_, urls) => {
    it.each(shown(urls))('%s', (_, url) => {
      expect(isSafeUrl(url)).toBe(false)
    })
  })

  it.each([
    'https://shop.example',
    'https://shop.example/',
    'https://shop.example/a?b=https://evil.example#@evil.example',
    'https://shop.example?a',
    'https://shop.example:8443/thanks',
    'https://xn--bcher-kva.example/danke',
    'https://shop_1.example',
    'https://shop.example/dank%C3%A9',
    'https://shop.example/danké',
    'http://localhost',
    'http://localhost:8080/return.html',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
  ])('means what it shows is safe: %s', (url) => {
    expect(isSafeUrl(url)).toBe(true)
  })
})

describe('a configuration', () => {
  const checkout = { provider: 'sprintcheckout', currency: 'USD', amount: '25' }

  function problemsOf(
    change: Record<string, unknown>,
    environment: Record<string, string> = {},
  ): readonly string[] {
    const written = { providers: { sprintcheckout: {} }, checkouts: {}, ...change }
    try {
      parseConfig(written, {
        SPRINTCHECKOUT_API_KEY: 'key',
        SPRINTCHECKOUT_WEBHOOK_KEY: 'word',
        ...environment,
      })
      return []
    } catch (error) {
      if (error instanceof ConfigurationError) return error.problems
      throw error
    }
  }

  describe.each(['successUrl', 'cancelUrl', 'failUrl'])('with a hostile %s', (key) => {
    it.each(shown([...everyHostile, ...PATHS_ELSEWHERE]))('stops the start: %s', (_, url) => {
      const problems = problemsOf({ checkouts: { mug: { ...checkout, [key]: url } } })
      expect(problems).toEqual([expect.stringMatching(`^checkouts\\.mug\\.${key}: `)])
    })
  })

  it.each(
    shown([
      ...everyHostile,
      '*',
      'https://*',
      'https://shop.example/',
      'https://shop.example/shop',
      'https://shop.example?a',
      'https://shop.example#a',
    ]),
  )('with an origin that no browser would send stops the start: %s', (_, url) => {
    expect(problemsOf({ origins: [url] })).toEqual([expect.stringMatching(/^origins\.0: /)])
  })

  it.each(
    shown([
      ...everyHostile,
      'https://pay.example/',
      'https://pay.example?a',
      'https://pay.example#',
    ]),
  )('with a hostile publicUrl stops the start: %s', (_, url) => {
    expect(problemsOf({ publicUrl: url })).toEqual([expect.stringMatching(/^publicUrl: /)])
  })

  it.each(
    // An empty variable counts as unset.
    shown([...everyHostile, 'https://api.example/', 'https://api.example?a'].filter(Boolean)),
  )('with a hostile base URL stops the start: %s', (_, url) => {
    expect(problemsOf({}, { SPRINTCHECKOUT_BASE_URL: url })).toEqual([
      expect.stringMatching(/^SPRINTCHECKOUT_BASE_URL: /),
    ])
  })

  it.each([
    'https://checkout.example',
    'checkout.example/',
    'CHECKOUT.example',
    'checkout.example.',
    '*',
    '*.',
    'check*.example',
    '*.*.example',
    'a@checkout.example',
    'checkout.example:',
    'checkout.example:port',
    '',
  ])('with something else than a host among redirectHosts stops the start: %j', (host) => {
    const providers = { sprintcheckout: { redirectHosts: [host] } }
    expect(problemsOf({ providers })).toEqual([
      expect.stringMatching(/^providers\.sprintcheckout\.redirectHosts\.0: /),
    ])
  })
})

describe('a return path', () => {
  it.each([
    '/.//evil.example',
    '/..//evil.example',
    '/@evil.example',
    '/%2f%2fevil.example',
    '/;//x',
  ])('stays on the page’s own origin: %s', async (path) => {
    const { createSession, sent } = await startCoinslot({
      configuration: {
        origins: ['https://shop.example'],
        providers: { sandbox: {} },
        checkouts: {
          mug: { provider: 'sandbox', currency: 'USD', amount: '25', successUrl: path },
        },
      },
    })
    const answer = await createSession({ checkout: 'mug' }, { Origin: 'https://shop.example' })
    const { id } = await readSession(answer)
    const { successUrl } = JSON.parse(sent[0]?.body ?? '{}') as { successUrl: string }
    expect(new URL(successUrl).origin).toBe('https://shop.example')
    expect(new URL(successUrl).searchParams.get('coinslot_session')).toBe(id)
  })
})

describe('a redirect URL of the provider', () => {
  const configuration = {
    providers: { sprintcheckout: {} },
    checkouts: {
      donation: { provider: 'sprintcheckout', currency: 'USD', amount: '25', editable: true },
    },
  }

  async function startWith(redirectUrl: () => string, providers: unknown = { sprintcheckout: {} }) {
    return startCoinslot({
      configuration: { ...configuration, providers },
      environment: { SPRINTCHECKOUT_API_KEY: 'key', SPRINTCHECKOUT_WEBHOOK_KEY: 'word' },
      transport: providerThat(() => ({ body: { sessionId: 'sc_1', redirectUrl: redirectUrl() } })),
    })
  }

  const OFF_THE_LIST = [
    'https://evil.example/pay',
    'https://sprintcheckout.com',
    'https://evilsprintcheckout.com',
    'https://sprintcheckout.com.evil.example',
    'https://checkout.sprintcheckout.com.evil.example',
    'https://checkout.sprintcheckout.com@evil.example',
    'https://evil.example/.sprintcheckout.com',
    'https://evil.example?.sprintcheckout.com',
    'https://evil.example#.sprintcheckout.com',
    'https://checkout.sprintcheckout.com:8443',
    'https://checkout.sprintcheckout.com.',
    'http://checkout.sprintcheckout.com',
    'https://checkout.sprint\u0441heckout.com',
    'https://169.254.169.254',
    'http://localhost:8080',
    'http://127.0.0.1',
    `${SELF}/sandbox/pay/1`,
  ]

  it.each(shown([...everyHostile, ...PATHS_ELSEWHERE, ...OFF_THE_LIST]))(
    'that is not on its list is never shown: %s',
    async (_, url) => {
      const { createSession, request, sent } = await startWith(() => url)
      const answer = await createSession({ checkout: 'donation' })
      const problem = await readProblem(answer)
      expect(answer.status).toBe(502)
      expect(problem).toMatchObject({ code: 'provider_unavailable', retryable: true })
      expect(problem).not.toHaveProperty('redirectUrl')
      const stored = await request('GET', `/v1/sessions/${String(problem['session'])}`)
      expect(await readSession(stored)).not.toHaveProperty('redirectUrl')
      // It was asked for the session; nothing ever followed where it pointed.
      expect(sent.map((call) => new URL(call.url).host)).toEqual(['api.sprintcheckout.com'])
    },
  )

  it('that is hostile after a change of the amount leaves the session as it was', async () => {
    const good = 'https://checkout.sprintcheckout.com/1'
    let redirectUrl = good
    const { createSession, request } = await startWith(() => redirectUrl)
    const { id } = await readSession(await createSession({ checkout: 'donation' }))
    redirectUrl = 'https://evil.example'
    const answer = await request('PATCH', `/v1/sessions/${id}`, { body: { amount: '30.00' } })
    expect(answer.status).toBe(502)
    const session = await readSession(await request('GET', `/v1/sessions/${id}`))
    expect(session).toMatchObject({ redirectUrl: good, amount: '25.00', status: 'pending' })
  })

  it.each(['https://evil.example', 'https://pay.sprintcheckout.com', 'https://a.pay.example'])(
    'is held against the configured list, which replaces the default one: %s',
    async (url) => {
      const providers = { sprintcheckout: { redirectHosts: ['pay.example'] } }
      const { createSession } = await startWith(() => url, providers)
      expect((await createSession({ checkout: 'donation' })).status).toBe(502)
    },
  )

  it.each(['https://checkout.sprintcheckout.com/1', 'https://a.b.sprintcheckout.com/?s=1#2'])(
    'that is on its list is answered as it is: %s',
    async (url) => {
      const { createSession } = await startWith(() => url)
      const session = await readSession(await createSession({ checkout: 'donation' }))
      expect(session.redirectUrl).toBe(url)
    },
  )
})

describe('a list of hosts', () => {
  it.each([
    ['shop.example', 'https://evil.example'],
    ['shop.example', 'https://a.shop.example'],
    ['shop.example', 'https://shop.example:8443'],
    ['shop.example:8443', 'https://shop.example'],
    ['shop.example:8443', 'https://shop.example:8444'],
    ['*.shop.example', 'https://shop.example'],
    ['*.shop.example', 'https://evilshop.example'],
    ['*.shop.example', 'https://a.shop.example:8443'],
    ['*.shop.example', 'https://a.shop.example.evil.example'],
    ['localhost', 'http://127.0.0.1'],
    ['localhost', 'http://localhost.evil.example'],
  ])('with %s does not hold %s', (entry, url) => {
    expect(isHostListed(new URL(url), [entry])).toBe(false)
  })

  it('that is empty holds nothing', () => {
    expect(isHostListed(new URL('https://shop.example'), [])).toBe(false)
  })

  it.each([
    ['shop.example', 'https://shop.example/a'],
    ['shop.example:8443', 'https://shop.example:8443'],
    ['*.shop.example', 'https://a.shop.example'],
    ['*.shop.example', 'https://a.b.shop.example'],
    ['localhost', 'http://localhost:3000'],
    ['[::1]', 'http://[::1]:3000'],
  ])('with %s holds %s', (entry, url) => {
    expect(isHostListed(new URL(url), ['other.example', entry])).toBe(true)
  })
})
