import { describe, expect, it } from 'vitest'
import { WebhookRejected } from '../../../server/errors.ts'
import { assertSharedSecret, verifyStandardWebhook } from '../../../server/providers/signature.ts'

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
