import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { answerTo } from '../../server/answer.ts'
import {
  IdempotencyInProgress,
  ProviderRejected,
  ProviderTimeout,
  ProviderUnreached,
  SessionNotOpen,
  StoreUnavailable,
} from '../../server/errors.ts'
import { createIntents } from '../../server/intents.ts'
import { toPublicSession } from '../../server/session.ts'
import { ReferenceTaken, type Kept, type SessionResult } from '../../server/store/store.ts'
import { AT, sessionRecord } from './session-fixture.ts'

const intent = { scope: 'POST', key: 'key-of-an-intent', fingerprint: 'f' }
const session = sessionRecord()
const ending = { kind: 'opened', requestId: 'request' } as const

/**
 * Work on a session whose lease ends at a time, with what is kept of it.
 * @param failures what the store says instead of keeping the first results
 */
function start(until = new Date(AT.getTime() + 1), failures: Error[] = []) {
  const results: SessionResult[] = []
  const intents = createIntents({
    store: {
      findPrior: async () => undefined,
      claim: async () => ({ kind: 'claimed', lease: { session, fence: 1, until } }),
      async release(_, __, result, ending) {
        const failure = failures.shift()
        if (failure) throw failure
        results.push(result)
        return (ending && answerTo(ending, session)) as Kept<typeof ending>
      },
    },
    log: pino({ level: 'silent' }),
    now: () => AT,
  })
  const work = (act: () => Promise<SessionResult>) =>
    intents.work(intent, session, { act, ending }).catch((error: unknown) => error)
  return { work, results }
}

describe('work on an intent', () => {
  it('is left to the next one where the lease was over before the provider was called', async () => {
    const { work, results } = start(AT)
    let calls = 0
    const end = await work(async () => ({ failure: null, reference: `ref_${(calls += 1)}` }))
    expect(end).toBeInstanceOf(IdempotencyInProgress)
    expect(calls).toBe(0)
    expect(results).toEqual([])
  })

  it.each([
    ['no answer in time', new ProviderTimeout('slow'), 'unknown'],
    ['the session of another', new ReferenceTaken('taken'), 'unknown'],
    ['a mistake of ours', new TypeError('oops'), 'unknown'],
    ['a refusal', new ProviderRejected('no'), 'failed'],
    [
      'a refusal after a try without an answer',
      Object.assign(new ProviderRejected('no'), { mayBeDone: true }),
      'unknown',
    ],
    ['no connection', new ProviderUnreached('down'), 'failed'],
    ['a refusal of our own', new SessionNotOpen(toPublicSession(session)), 'failed'],
  ])('keeps of %s what is known of the attempt', async (_, error, attempt) => {
    const { work, results } = start()
    await work(() => Promise.reject(error))
    expect(results.at(-1)).toMatchObject({ attempt })
  })

  it('keeps as unknown what the provider has done and the store could not keep', async () => {
    const away = new StoreUnavailable(new Error('the disk is full'))
    const { work, results } = start(undefined, [away])
    expect(await work(async () => ({ failure: null, reference: 'ref_1' }))).toBe(away)
    expect(results).toMatchObject([{ attempt: 'unknown' }])
  })
})
