/** A transport that remembers what came of each request: an answer with its time, or why there was none. */
import { reasonOf } from '../errors.ts'
import type { Transport, TransportAnswer } from '../transport.ts'

export type Sighting =
  | {
      readonly kind: 'answer'
      readonly host: string
      readonly status: number
      /** In milliseconds, how far this machine's clock is ahead of the answer's; null where it has no date. */
      readonly aheadMs: number | null
    }
  | { readonly kind: 'none'; readonly host: string; readonly reason: string }

export interface Witness {
  readonly transport: Transport
  /** Does work, one at a time, and tells what was seen meanwhile. */
  watch(work: () => Promise<unknown>): Promise<readonly Sighting[]>
}

export function createWitness(transport: Transport, now: () => Date): Witness {
  let seen: Sighting[] = []
  return {
    async transport(request) {
      const { host } = new URL(request.url)
      try {
        const answer = await transport(request)
        const { status } = answer
        seen.push({ kind: 'answer', host, status, aheadMs: readAhead(answer, now()) })
        return answer
      } catch (error) {
        seen.push({ kind: 'none', host, reason: reasonOf(error) })
        throw error
      }
    },
    async watch(work) {
      seen = []
      await work()
      return seen
    },
  }
}

function readAhead({ headers }: TransportAnswer, at: Date): number | null {
  const date = Date.parse(first(headers?.['date']))
  if (Number.isNaN(date)) return null
  // Where a cache answers, the date is that of what it has kept.
  const age = Number(first(headers?.['age'])) || 0
  return at.getTime() - (date + age * 1_000)
}

function first(header: string | string[] | undefined): string {
  return [header].flat()[0] ?? ''
}
