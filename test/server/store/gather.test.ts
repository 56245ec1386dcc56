import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { gather } from '../../../server/store/gather.ts'

/** Doubles numbers, and notes in which groups; what `fail` says of a group is thrown. */
function startDoubling(fail: (group: readonly number[]) => Error | undefined = () => undefined) {
  const groups: (readonly number[])[] = []
  const double = gather<number, number>({
    async together(group) {
      groups.push(group)
      await nextTurn()
      const failure = fail(group)
      if (failure) throw failure
      return group.map((number) => number * 2)
    },
    async alone(number) {
      if (number < 0) throw new Error(`${number} is refused`)
      return number * 2
    },
    mayBeOfOne: (error) => error instanceof RangeError,
  })
  return { double, groups }
}

const statusOf = ({ status }: PromiseSettledResult<unknown>) => status

describe('what is gathered', () => {
  it('is lost by all where the failure is everybody’s, and the next are not kept waiting', async () => {
    let isAway = true
    const { double, groups } = startDoubling(() => (isAway ? new Error('away') : undefined))
    const ends = await Promise.allSettled([1, 2, 3].map(double))
    expect(ends.map(statusOf)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(groups).toHaveLength(1)
    isAway = false
    expect(await double(4)).toBe(8)
  })

  it('is lost by those who wait, too, where it took long to fail', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { double, groups } = startDoubling(() => {
      vi.advanceTimersByTime(1_001)
      return new Error('away')
    })
    const numbers = Array.from({ length: 350 }, (_, index) => index)
    const ends = await Promise.allSettled(numbers.map(double))
    expect(new Set(ends.map(statusOf))).toEqual(new Set(['rejected']))
    expect(groups).toHaveLength(1)
  })

  it('is done for those who wait, where it failed at once for those before them', async () => {
    const { double } = startDoubling(([first]) => (first === 0 ? new Error('killed') : undefined))
    const numbers = Array.from({ length: 150 }, (_, index) => index)
    const ends = await Promise.allSettled(numbers.map(double))
    expect(new Set(ends.slice(0, 100).map(statusOf))).toEqual(new Set(['rejected']))
    expect(ends.slice(100)).toEqual(
      numbers.slice(100).map((number) => ({ status: 'fulfilled', value: number * 2 })),
    )
  })

  it('is lost by the one alone whose fault it may be', async () => {
    const { double } = startDoubling((group) =>
      group.some((number) => number < 0) ? new RangeError('one of them') : undefined,
    )
    const ends = await Promise.allSettled([1, -2, 3].map(double))
    expect(ends).toMatchObject([{ value: 2 }, { reason: new Error('-2 is refused') }, { value: 6 }])
  })

  it('is done together in one turn, and each hears of his own', async () => {
    const { double, groups } = startDoubling()
    expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6])
    expect(groups).toEqual([[1, 2, 3]])
  })

  it('is done by itself where nobody else comes', async () => {
    const { double, groups } = startDoubling()
    expect(await double(1)).toBe(2)
    expect(await double(2)).toBe(4)
    expect(groups).toEqual([[1], [2]])
  })

  it('gathers on while something is under way, and is done with the next', async () => {
    const { double, groups } = startDoubling()
    const first = double(1)
    await nextTurn()
    const later = [double(2), double(3)]
    expect(groups).toEqual([[1]])
    expect(await Promise.all([first, ...later])).toEqual([2, 4, 6])
    expect(groups).toEqual([[1], [2, 3]])
  })

  it('is waited for as long as each turn brings more, so that a crowd is done together', async () => {
    const { double, groups } = startDoubling()
    const all = [double(1), double(2)]
    for (const next of [3, 4]) {
      await nextTurn()
      all.push(double(next))
    }
    await nextTurn()
    await nextTurn()
    const late = double(5)
    expect(await Promise.all([...all, late])).toEqual([2, 4, 6, 8, 10])
    expect(groups).toEqual([[1, 2, 3, 4], [5]])
  })

  it('is not waited for without end where they never stop coming', async () => {
    const { double, groups } = startDoubling()
    const all = [double(0)]
    while (groups.length === 0) {
      all.push(double(all.length))
      await nextTurn()
    }
    expect(groups[0]).toHaveLength(100)
    await Promise.all(all)
  })

  it('is never more than a hundred at once', async () => {
    const { double, groups } = startDoubling()
    const numbers = Array.from({ length: 250 }, (_, index) => index)
    expect(await Promise.all(numbers.map(double))).toEqual(numbers.map((number) => number * 2))
    expect(groups.map((group) => group.length)).toEqual([100, 100, 50])
  })
})
