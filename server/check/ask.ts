/** One harmless GET, and what it answers, for the checks. */
import { reasonOf } from '../errors.ts'
import { AnswerTooLong, type Transport } from '../transport.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** The beginning of the body: at most a million bytes. */
  readonly text: string
}

/** @returns the answer, or the code of why there is none */
export type Ask = (url: string) => Promise<Answer | string>

export interface AskOptions {
  readonly transport: Transport
  /** When an answer is given up, its body included. */
  readonly deadline: () => AbortSignal
}

const MAX_BYTES = 1_000_000

export function createAsk({ transport, deadline }: AskOptions): Ask {
  return async function ask(url) {
    try {
      const answer = await transport({
        method: 'GET',
        url,
        headers: { accept: '*/*', 'user-agent': 'coinslot check' },
        signal: deadline(),
        maxBytes: MAX_BYTES,
      })
      const { status, headers = {}, body, cut } = answer
      if (cut && !(cut instanceof AnswerTooLong)) throw cut
      const lists = Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat()])
      return { status, headers: Object.fromEntries(lists), text: new TextDecoder().decode(body) }
    } catch (error) {
      return reasonOf(error)
    }
  }
}
