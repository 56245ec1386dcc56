/** Coinslot as the guest of a server that leaves Node's own `Request` alone; beside others that replace it this could not be seen. */
import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { newKey, startCoinslot } from './coinslot-harness.ts'

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'

it.each([
  ['over the limit', '/v1/sessions', JSON_TYPE, ' '.repeat(16_385), 413],
  ['of a webhook that is not proven', '/v1/webhooks/sandbox', JSON_TYPE, '{}', 401],
  ['that opens a session', '/v1/sessions', JSON_TYPE, '{"checkout":"mug"}', 201],
  ['of a form', '/pay/mug', FORM_TYPE, 'locale=de', 303],
  ['of a choice in the sandbox', '/sandbox/pay/sbx_none', FORM_TYPE, 'outcome=paid', 303],
])('a body of no known length %s is read', async (_, path, type, body, status) => {
  const { coinslot, logs } = await startCoinslot()
  const server = createServer(coinslot.handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    await coinslot.close()
  })
  const { port } = server.address() as AddressInfo
  const headers = {
    'Content-Type': type,
    'Idempotency-Key': newKey(),
    'Transfer-Encoding': 'chunked',
  }
  const sending = request({ port, path, method: 'POST', headers, agent: false })
  sending.end(body)
  const [answer] = (await once(sending, 'response')) as [IncomingMessage]
  answer.resume()
  expect(answer.statusCode).toBe(status)
  expect(logs.join('')).not.toContain('"level":50')
})
