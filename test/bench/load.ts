/** Load on a server: as many sessions as it can open, a number of them, or so many a second whatever it does. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import autocannon from 'autocannon'
import { Agent, request } from 'undici'

const call = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"checkout":"donation","amount":"25.00"}',
} as const

/**
 * A key as the element makes them, and an address, told as by a proxy: so many that hardly two buyers of a moment
 * have one, and so few that a limiter which keeps each for a minute soon has all of them.
 */
const newBuyer = () => ({
  'idempotency-key': Date.now().toString(36) + randomBytes(18).toString('base64url'),
  'x-forwarded-for': `10.0.${randomBytes(2).join('.')}`,
})

/**
 * @param buyers how many there are at one time, who each wait for their answer before they ask anew
 * @returns sessions a second, as many as there can be
 */
export async function openSessions(
  url: string,
  buyers: number,
  until: { readonly duration: number } | { readonly amount: number },
): Promise<number> {
  const result = await autocannon({
    url: `${url}/v1/sessions`,
    connections: buyers,
    ...until,
    requests: [
      {
        ...call,
        setupRequest: (next) => ({ ...next, headers: { ...next.headers, ...newBuyer() } }),
      },
    ],
  })
  const refused = result.non2xx + result.errors
  if (refused > 0) throw new Error(`${refused} of the requests to ${url} failed`)
  return result['2xx'] / ((result.finish.getTime() - result.start.getTime()) / 1000)
}

/**
 * Opens sessions at a rate that does not slow down with the server.
 * @returns how long each took, in ms, from when it was due: who waits for his turn waits, too
 */
export async function openSessionsAt(
  url: string,
  perSecond: number,
  seconds: number,
): Promise<number[]> {
  const dispatcher = new Agent()
  const startedAt = performance.now()
  const answers = await Promise.all(
    Array.from({ length: perSecond * seconds }, async (_, index) => {
      const dueAt = startedAt + (index * 1000) / perSecond
      await sleep(dueAt - performance.now())
      const headers = { ...call.headers, ...newBuyer() }
      const answer = await request(`${url}/v1/sessions`, { ...call, headers, dispatcher })
      await answer.body.text()
      if (answer.statusCode !== 201) throw new Error(`${url} answered ${answer.statusCode}`)
      return performance.now() - dueAt
    }),
  )
  await dispatcher.close()
  return answers
}
