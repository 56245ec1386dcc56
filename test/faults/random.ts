/** Chance that a seed repeats: the same seed and name, the same numbers. */
import { createHash } from 'node:crypto'

export interface Random {
  /** From 0 to below 1. */
  next(): number
  /** A whole number from `least` to below `end`. */
  between(least: number, end: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  shuffle<T>(list: readonly T[]): T[]
}

/** @param name what it is for, so that one use more in one row changes no other row */
export function createRandom(seed: number, name: string): Random {
  let state = createHash('sha256').update(`${seed} ${name}`).digest().readUInt32LE(0)

  // mulberry32, which is short and good enough to choose faults by.
  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  const between = (least: number, end: number) => least + Math.floor(next() * (end - least))

  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick(list) {
      const [picked] = list.slice(between(0, list.length))
      if (picked === undefined) throw new Error('there is nothing to pick from')
      return picked
    },
    shuffle: (list) =>
      list
        .map((item) => ({ item, place: next() }))
        .toSorted((one, other) => one.place - other.place)
        .map(({ item }) => item),
  }
}
