import { describe, expect, it } from 'vitest'
import { WebhookRejected } from '../../../server/errors.ts'
import {
  assertSharedSecret,
  verifyHmacSha256,
  verifyStandardWebhook,
} from '../../../server/providers/signature.ts'

describe('a shared secret', () => {
  it.each<[string | null, string | undefined]>([
    ['secret', undefined],
    ['secret', ''],
    ['', ''],
    [null, ''],
    [null, undefined],
    [null, 'secret'],
    ['', 'secret'],
    ['Secret', 'secret'],
    ['secre', 'secret'],
    ['secrett', 'secret'],
    ['secret, secret', 'secret'],
    ['undefined', undefined],
    ['null', 'secret'],
  ])('is not proven by %j where it is %j', (given, secret) => {
    expect(() => assertSharedSecret(given, secret)).toThrow(WebhookRejected)
  })

  it('is proven by itself', () => {
    expect(() => assertSharedSecret('secret', 'secret')).not.toThrow()
  })
})

// The example of https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
describe('a Standard Webhooks signature', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const at = new Date(1_614_265_330_000)
  const body = new TextEncoder().encode('{"test": 2432232314}')
  const headers = () =>
    new Headers({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })

  it('is refused where no secret is set', () => {
    const webhook = { headers: headers(), body }
    expect(() => verifyStandardWebhook(webhook, '', at)).toThrow(WebhookRejected)
  })

  it('is refused by a clock that is more than five minutes on', () => {
    const later = new Date(at.getTime() + 301_000)
    expect(() => verifyStandardWebhook({ headers: headers(), body }, secret, later)).toThrow(
      WebhookRejected,
    )
  })

  it('of the published example holds, and gives the very text and the id', () => {
    expect(verifyStandardWebhook({ headers: headers(), body }, secret, at)).toEqual({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      text: '{"test": 2432232314}',
    })
  })
})

// The second example of RFC 4231.
describe('an HMAC-SHA256 of the raw body', () => {
  const secret = 'Jefe'
  const text = 'what do ya want for nothing?'
  const hex = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  const HMAC_OF_NOTHING = 'b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad'
  const verify = (given: string | null, body = text, key: string | undefined = secret) =>
    verifyHmacSha256(
      {
        headers: new Headers(given === null ? {} : { 'X-Signature': given }),
        body: new TextEncoder().encode(body),
      },
      'X-Signature',
      key,
    )

  it.each([
    ['nothing', null],
    ['an empty header', ''],
    ['the prefix alone', 'sha256='],
    ['31 bytes', `sha256=${hex.slice(0, -2)}`],
    ['31 and a half bytes', `sha256=${hex.slice(0, -1)}`],
    ['33 bytes', `sha256=${hex}00`],
    ['another digest', `sha256=${hex.replace('5', '6')}`],
    ['another algorithm', `sha1=${hex}`],
    ['the prefix twice', `sha256=sha256=${hex}`],
    ['base64', `sha256=${Buffer.from(hex, 'hex').toString('base64')}`],
    ['two of them', `sha256=${hex}, sha256=${hex}`],
    ['no hex', 'z'.repeat(64)],
    ['31 bytes and no hex', `${hex.slice(2)}zz`],
    ['a space after the prefix', `sha256= ${hex}`],
    ['a list of several algorithms', `sha256=${hex},v1=${hex}`],
    ['what an empty body has with no key', HMAC_OF_NOTHING],
  ])('is not %s', (_, given) => {
    expect(() => verify(given)).toThrow(WebhookRejected)
  })

  it.each(['', undefined])('is refused where the secret is %j', (unset) => {
    const request = {
      headers: new Headers({ 'X-Signature': hex }),
      body: new TextEncoder().encode(text),
    }
    expect(() => verifyHmacSha256(request, 'X-Signature', unset)).toThrow(WebhookRejected)
    const headers = new Headers({ 'X-Signature': HMAC_OF_NOTHING })
    const empty = { headers, body: new Uint8Array() }
    expect(() => verifyHmacSha256(empty, 'X-Signature', unset)).toThrow(WebhookRejected)
  })

  it('is refused for another body, or with another secret', () => {
    expect(() => verify(hex, `${text} `)).toThrow(WebhookRejected)
    expect(() => verify(hex, text, 'jefe')).toThrow(WebhookRejected)
  })

  it.each([hex, `sha256=${hex}`, `sha256=${hex.toUpperCase()}`])(
    'holds as %s, and gives the very text',
    (given) => {
      expect(verify(given)).toBe(text)
    },
  )
})
