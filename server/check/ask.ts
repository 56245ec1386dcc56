/** One harmless GET, and what it answers, for the checks. */
import { reasonOf } from '../errors.ts'
import type { Transport } from '../transport.ts'

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
      const {
        status,
        headers = {},
        body,
      } = await transport({
        method: 'GET',
        url,
        headers: { accept: '*/*', 'user-agent': 'coinslot check' },
        signal: deadline(),
      })
      const lists = Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat()])
      return { status, headers: Object.fromEntries(lists), text: await readStart(body) }
    } catch (error) {
      return reasonOf(error)
    }
  }
}

async function readStart(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size >= MAX_BYTES) break
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, MAX_BYTES))
}
