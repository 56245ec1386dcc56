import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  ProviderLetAlone,
  ProviderRejected,
  ProviderTimeout,
  ProviderUnavailable,
} from '../../../server/errors.ts'
import { createCircuit, type CircuitOptions } from '../../../server/providers/circuit.ts'

const down = async () => Promise.reject(new ProviderUnavailable('down'))
const slow = async () => Promise.reject(new ProviderTimeout('slow'))
const no = async () => Promise.reject(new ProviderRejected('no'))
const yes = async () => 'yes'

function start(options: Partial<CircuitOptions> = {}) {
  const told: boolean[] = []
  const circuit = createCircuit({
    provider: 'bank',
    failures: 3,
    onChange: (isOpen) => told.push(isOpen),
    ...options,
  })
  const call = (attempt: () => Promise<unknown>) =>
    circuit(attempt).catch((error: unknown) => (error as Error).constructor)
  return { call, told }
}

describe('the circuit', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 0 }))
  afterEach(() => void vi.useRealTimers())

  it('opens after so many failures in a row, of whichever kind', async () => {
    const { call, told } = start()
    expect(await call(down)).toBe(ProviderUnavailable)
    expect(await call(slow)).toBe(ProviderTimeout)
    expect(told).toEqual([])
    await call(down)
    expect(told).toEqual([true])
    const attempt = vi.fn(yes)
    expect(await call(attempt)).toBe(ProviderLetAlone)
    expect(attempt).not.toHaveBeenCalled()
  })

  it.each([
    ['an answer', yes],
    ['a refusal', no],
  ])('stays closed where %s comes between', async (_, between) => {
    const { call, told } = start()
    for (const attempt of [down, down, between, down, down]) await call(attempt)
    expect(await call(yes)).toBe('yes')
    expect(told).toEqual([])
  })

  it('lets one call through after the pause, and refuses others at once until that has ended', async () => {
    const { call, told } = start({ pause: 1_000 })
    for (const attempt of [down, down, down]) await call(attempt)
    vi.setSystemTime(999)
    expect(await call(yes)).toBe(ProviderLetAlone)
    vi.setSystemTime(1_000)
    let resolve = (_: string): void => undefined
    const promise = new Promise<string>((done) => (resolve = done))
    const probe = call(() => promise)
    expect(await call(yes)).toBe(ProviderLetAlone)
    resolve('back')
    expect(await probe).toBe('back')
    expect(await call(yes)).toBe('yes')
    expect(told).toEqual([true, false])
  })

  it('closes by a refusal, which is an answer', async () => {
    const { call, told } = start({ pause: 1_000 })
    for (const attempt of [down, down, down]) await call(attempt)
    vi.setSystemTime(1_000)
    expect(await call(no)).toBe(ProviderRejected)
    expect(await call(yes)).toBe('yes')
    expect(told).toEqual([true, false])
  })

  it('stays open where the call that was let through fails, and tells of it once', async () => {
    const { call, told } = start({ pause: 1_000 })
    for (const attempt of [down, down, down]) await call(attempt)
    vi.setSystemTime(1_000)
    expect(await call(down)).toBe(ProviderUnavailable)
    expect(await call(yes)).toBe(ProviderLetAlone)
    expect(told).toEqual([true])
  })

  it('pauses for a second at first, and for half a minute at most', async () => {
    const { call } = start()
    for (const attempt of [down, down, down]) await call(attempt)
    vi.setSystemTime(499)
    expect(await call(yes)).toBe(ProviderLetAlone)
    for (let time = 1_000, times = 0; times < 20; times += 1, time += 30_000) {
      vi.setSystemTime(time)
      expect(await call(down)).toBe(ProviderUnavailable)
      expect(await call(yes)).toBe(ProviderLetAlone)
    }
    vi.setSystemTime(14_999 + 1_000 + 19 * 30_000)
    expect(await call(yes)).toBe(ProviderLetAlone)
  })
})
