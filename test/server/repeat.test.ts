import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLog } from '../../server/log.ts'
import { createRepeat } from '../../server/repeat.ts'

const silent = createLog('silent', { write: () => {} })

describe('repeated work', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is done again and again, no sooner than after half of its interval', async () => {
    let runs = 0
    const stop = createRepeat(silent)({
      name: 'count',
      everyMs: 1000,
      run: async () => (runs += 1),
    })
    await vi.advanceTimersByTimeAsync(499)
    expect(runs).toBe(0)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(runs).toBeGreaterThanOrEqual(10)
    expect(runs).toBeLessThanOrEqual(30)
    await stop()
    const atStop = runs
    await vi.advanceTimersByTimeAsync(15_000)
    expect(runs).toBe(atStop)
  })

  it('goes on after a failure, which is logged', async () => {
    const logs: string[] = []
    const log = createLog('info', { write: (line: string) => void logs.push(line) })
    const stop = createRepeat(log)({
      name: 'fail',
      everyMs: 1000,
      run: () => Promise.reject(new Error('no')),
    })
    await vi.advanceTimersByTimeAsync(4500)
    await stop()
    expect(logs.length).toBeGreaterThanOrEqual(2)
    expect(logs[0]).toContain('"work":"fail"')
  })

  it('is never under way twice, and is waited for when it is stopped', async () => {
    let finish = () => {}
    let isAborted = false
    const run = vi.fn((signal: AbortSignal) => {
      signal.addEventListener('abort', () => (isAborted = true))
      return new Promise<void>((resolve) => (finish = resolve))
    })
    const stop = createRepeat(silent)({ name: 'slow', everyMs: 1000, run })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(run).toHaveBeenCalledOnce()
    let hasStopped = false
    const stopping = stop().then(() => (hasStopped = true))
    await vi.advanceTimersByTimeAsync(0)
    expect({ isAborted, hasStopped }).toEqual({ isAborted: true, hasStopped: false })
    finish()
    await stopping
    expect(run).toHaveBeenCalledOnce()
  })
})
