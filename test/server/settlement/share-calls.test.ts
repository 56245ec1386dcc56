import { describe, expect, it } from 'vitest'
import { shareCalls } from '../../../server/settlement/share-calls.ts'

/** A call whose answers are given by hand, in the order of the calls. */
function slowCall() {
  const calls: { resolve(answer: string): void; reject(error: Error): void }[] = []
  const ask = shareCalls(
    (_key: string) =>
      new Promise<string>((resolve, reject) => void calls.push({ resolve, reject })),
    (key) => key,
  )
  return { ask, calls }
}

describe('calls that are shared', () => {
  it('never answer a question with what was read before it was asked', async () => {
    const { ask, calls } = slowCall()
    const first = ask('a')
    const second = ask('a')
    calls[0]?.resolve('pending')
    await expect(first).resolves.toBe('pending')
    await Promise.resolve()
    expect(calls).toHaveLength(2)
    calls[1]?.resolve('paid')
    await expect(second).resolves.toBe('paid')
  })

  it('ask twice for any number of equal questions at once', async () => {
    const { ask, calls } = slowCall()
    const answers = Promise.all(Array.from({ length: 100 }, () => ask('a')))
    calls[0]?.resolve('1')
    await new Promise(setImmediate)
    calls[1]?.resolve('2')
    expect(new Set(await answers)).toEqual(new Set(['1', '2']))
    expect(calls).toHaveLength(2)
  })

  it('tell a failure to those who waited for that very call, and try again for the others', async () => {
    const { ask, calls } = slowCall()
    const first = ask('a')
    const second = ask('a')
    calls[0]?.reject(new Error('down'))
    await expect(first).rejects.toThrow('down')
    await new Promise(setImmediate)
    calls[1]?.resolve('paid')
    await expect(second).resolves.toBe('paid')
  })

  it('are made at the same time for different questions, and anew when nothing is under way', async () => {
    const { ask, calls } = slowCall()
    const answers = [ask('a'), ask('b')]
    expect(calls).toHaveLength(2)
    calls.forEach(({ resolve }) => resolve('x'))
    await Promise.all(answers)
    void ask('a')
    expect(calls).toHaveLength(3)
  })
})
