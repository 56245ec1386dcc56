import { describe, expect, it } from 'vitest'
import { readSession, startCoinslot } from './coinslot-harness.ts'

describe('POST /v1/sessions', () => {
  it('opens a session at the sandbox and answers 201 with where to go', async () => {
    const { createSession } = await startCoinslot()
    const answer = await createSession({ checkout: 'donation', amount: '12.5' })
    expect(answer.status).toBe(201)
    const session = await readSession(answer)
    expect(answer.headers.get('Location')).toBe(`/v1/sessions/${session.id}`)
    expect(session).toMatchObject({
      status: 'pending',
      amount: '12.50',
      currency: 'USD',
      test: true,
    })
    expect(session.redirectUrl).toMatch(/^http:\/\/localhost:8080\/sandbox\/pay\/sbx_/)
  })
})
