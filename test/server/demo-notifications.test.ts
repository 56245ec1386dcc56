import { describe, expect, it } from 'vitest'
import { readSession, startCoinslot } from './coinslot-harness.ts'

describe('what the demo’s merchant was told', () => {
  it('is not there where a configuration is', async () => {
    const donation = { provider: 'sandbox', currency: 'USD', amount: '25.00' }
    const configuration = { providers: { sandbox: {} }, checkouts: { donation } }
    const { createSession, request } = await startCoinslot({ configuration })
    const { id } = await readSession(await createSession({ checkout: 'donation' }))
    expect((await request('GET', `/demo/notifications/${id}`)).status).toBe(404)
  })

  it('is empty for a session that nobody knows', async () => {
    const { request } = await startCoinslot()
    expect(await (await request('GET', '/demo/notifications/cs_unknown')).json()).toEqual([])
  })

  it('has what was told of a session, in its order', async () => {
    const { createSession, request } = await startCoinslot()
    const { id, redirectUrl = '' } = await readSession(
      await createSession({ checkout: 'donation' }),
    )
    await request('POST', new URL(redirectUrl).pathname, {
      raw: new URLSearchParams({ outcome: 'twice' }),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    const answer = await request('GET', `/demo/notifications/${id}`)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(await answer.json()).toMatchObject([
      { type: 'session.paid', data: { id, status: 'paid', exception: null } },
      { type: 'session.flagged', data: { id, status: 'paid', exception: 'duplicate' } },
    ])
  })
})
