import { describe, expect, it } from 'vitest'
import type { TraceEntry } from '../../server/demo/trace.ts'
import { newKey, readSession, startCoinslot, type Harness } from './coinslot-harness.ts'

type Request = Harness['request']

/** The first entries of a trace, as a page is told of them. */
async function readTrace(request: Request, id: string, count: number, seen = 0) {
  const answer = await request('GET', `/demo/sessions/${id}/trace`, {
    headers: { 'Last-Event-ID': String(seen) },
  })
  const entries: TraceEntry[] = []
  let text = ''
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    entries.length = 0
    for (const [, json = ''] of text.matchAll(/^data: (.*)$/gm)) {
      entries.push(JSON.parse(json) as TraceEntry)
    }
    if (entries.length >= count) break
  }
  return { entries, text }
}

function end(request: Request, redirectUrl: string | undefined, outcome: string) {
  return request('POST', new URL(redirectUrl ?? '').pathname, {
    raw: new URLSearchParams({ outcome }),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  })
}

describe('what the demo’s server sees of a payment', () => {
  it('is told to nobody where a configuration is', async () => {
    const donation = { provider: 'sandbox', currency: 'USD', amount: '25.00' }
    const configuration = { providers: { sandbox: {} }, checkouts: { donation } }
    const { createSession, request } = await startCoinslot({ configuration })
    const { id } = await readSession(await createSession({ checkout: 'donation' }))
    expect((await request('GET', `/demo/sessions/${id}/trace`)).status).toBe(404)
  })

  it('is not told to who does not know the session', async () => {
    const { createSession, request } = await startCoinslot()
    await createSession({ checkout: 'donation' })
    const answer = await request('GET', '/demo/sessions/cs_AAAAAAAAAAAAAAAAAAAAAA/trace')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'session_not_found' })
  })

  it('says nothing of another session, of who the buyer is, and no secret', async () => {
    const { createSession, request, sent } = await startCoinslot()
    const customer = { firstName: 'Zoë', email: 'zoe@buyer.example' }
    const { id, redirectUrl } = await readSession(
      await createSession({ checkout: 'donation', customer }),
    )
    const other = await readSession(await createSession({ checkout: 'mug' }))
    await end(request, other.redirectUrl, 'paid')
    await end(request, redirectUrl, 'paid')
    const { text, entries } = await readTrace(request, id, 5)
    expect(entries[0]).toMatchObject({ body: { customer: ['firstName', 'email'] } })
    expect(text).not.toMatch(/Zoë|zoe@/)
    expect(text).not.toContain(other.id)
    for (const { headers = {} } of sent) {
      for (const name of ['webhook-signature', 'authorization']) {
        if (name in headers) expect(text).not.toContain(headers[name as keyof typeof headers])
      }
    }
  })

  it('is followed by nobody who asks for its head alone', async () => {
    const { createSession, request } = await startCoinslot()
    const path = `/demo/sessions/${(await readSession(await createSession({ checkout: 'mug' }))).id}/trace`
    for (let count = 0; count <= 200; count += 1) {
      expect((await request('HEAD', path)).status).toBe(200)
    }
    const answer = await request('GET', path)
    expect(answer.status).toBe(200)
    await answer.body?.cancel()
  })

  it('is not found, nor is what the merchant was told, where it has a NUL', async () => {
    const { request } = await startCoinslot()
    for (const path of ['/demo/sessions/%00/trace', '/demo/notifications/%00']) {
      expect((await request('GET', path)).status).toBe(404)
    }
  })

  it('does not take a webhook for one that could not be verified', async () => {
    const { createSession, request } = await startCoinslot()
    const { id, redirectUrl = '' } = await readSession(
      await createSession({ checkout: 'donation' }),
    )
    const forged = await request('POST', '/v1/webhooks/sandbox', {
      body: { type: 'payment.paid', data: { id: redirectUrl.split('/').at(-1) } },
    })
    expect(forged.status).toBe(401)
    await end(request, redirectUrl, 'declined')
    const { entries } = await readTrace(request, id, 5)
    expect(entries.filter(({ kind }) => kind === 'webhook')).toMatchObject([
      { type: 'payment.declined' },
    ])
  })

  it('has a whole payment: request, session, webhook, session, notification', async () => {
    const { createSession, request } = await startCoinslot()
    const { id, redirectUrl } = await readSession(
      await createSession({ checkout: 'donation', amount: '42.50' }),
    )
    await end(request, redirectUrl, 'paid')
    const { entries } = await readTrace(request, id, 5)
    const seen = (wanted: TraceEntry['kind']) => entries.filter(({ kind }) => kind === wanted)
    expect(seen('request')).toMatchObject([
      { path: '/v1/sessions', status: 201, body: { checkout: 'donation', amount: '42.50' } },
    ])
    expect(seen('webhook')).toMatchObject([
      { provider: 'sandbox', status: 200, type: 'payment.paid', amount: '42.50', currency: 'USD' },
    ])
    expect(seen('session')).toMatchObject([{ status: 'pending' }, { status: 'paid' }])
    expect(seen('notification')).toMatchObject([{ type: 'session.paid', status: 'paid' }])
  })

  it('goes on after what a page has seen already', async () => {
    const { createSession, request } = await startCoinslot()
    const { id, redirectUrl } = await readSession(await createSession({ checkout: 'donation' }))
    await end(request, redirectUrl, 'twice')
    const { entries } = await readTrace(request, id, 8)
    const { entries: later } = await readTrace(request, id, 3, 5)
    expect(later).toEqual(entries.slice(5))
  })

  it('is followed by so many of one address, and by no more', async () => {
    const { createSession, request } = await startCoinslot()
    const { id } = await readSession(await createSession({ checkout: 'donation' }))
    const follow = () => request('GET', `/demo/sessions/${id}/trace`, { address: '203.0.113.5' })
    for (let count = 0; count < 20; count += 1) expect((await follow()).status).toBe(200)
    expect(await (await follow()).json()).toMatchObject({ code: 'too_many_streams' })
  })

  it('is of the last 500 payments', async () => {
    const { createSession, request } = await startCoinslot({
      configuration: undefined,
      environment: { LOG_LEVEL: 'silent' },
    })
    const first = await readSession(await createSession({ checkout: 'mug' }))
    for (let count = 0; count < 500; count += 1) {
      await createSession({ checkout: 'mug' }, { 'Idempotency-Key': newKey() })
    }
    expect((await request('GET', `/demo/sessions/${first.id}/trace`)).status).toBe(404)
  })
})
