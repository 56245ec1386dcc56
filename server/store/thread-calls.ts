/** Calls from one thread to another: those of one turn of the event loop go over together. */
import type { MessagePort } from 'node:worker_threads'
import { StoreUnavailable } from '../errors.ts'
import { ReferenceTaken } from './store.ts'

type Functions = Readonly<Record<string, (...args: never[]) => unknown>>

interface Call {
  readonly name: string
  readonly args: readonly unknown[]
}

type Outcome = { readonly value: unknown } | { readonly failure: Failure }

interface Message {
  readonly id: number
  readonly calls: readonly Call[]
}

/** What came of a message's calls, in their order, and what was told meanwhile. */
interface Answers {
  readonly id: number
  readonly outcomes: readonly Outcome[]
  readonly told: readonly unknown[]
}

/** An error's class does not come over; of these two it must be known. */
interface Failure {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly cause?: Failure
}

/**
 * Answers the calls that come over a port with functions, once these are there.
 * @param open is given what tells the other side something beside the answers
 */
export function answerCalls(
  port: MessagePort,
  open: (tell: (told: unknown) => void) => Promise<Functions>,
): void {
  let told: unknown[] = []
  const opening = open((one) => told.push(one))

  async function answer({ name, args }: Call): Promise<Outcome> {
    try {
      const functions = await opening
      return { value: await functions[name]!(...(args as never[])) }
    } catch (error) {
      return { failure: toFailure(error) }
    }
  }

  port.on('message', async ({ id, calls }: Message) => {
    const outcomes = await Promise.all(calls.map(answer))
    const answers: Answers = { id, outcomes, told }
    told = []
    port.postMessage(answers)
  })
}

/** What is needed of a `Worker`. */
export interface Thread {
  postMessage(message: Message, moved: []): void
  on(event: 'message', listener: (answers: Answers) => void): unknown
  on(event: 'error' | 'messageerror', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: () => void): unknown
  terminate(): Promise<unknown>
}

interface Waiting extends Call {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * What calls functions in a worker, once they are named; each rejects with `StoreUnavailable` where it has ended.
 * @param onTold is given what they tell beside their answers
 */
export function callsTo(
  worker: Thread,
  onTold: (told: never) => void,
): <F extends object>(...names: readonly (keyof F & string)[]) => F {
  let gathered: Waiting[] = []
  let sent = 0
  const underWay = new Map<number, readonly Waiting[]>()
  let end: Error | undefined

  // Whether or not others are under way: what comes over while the disk is waited for is written together.
  function send(): void {
    const all = gathered
    if (all.length === 0) return
    gathered = []
    const id = (sent += 1)
    underWay.set(id, all)
    try {
      worker.postMessage({ id, calls: all.map(({ name, args }): Call => ({ name, args })) }, [])
    } catch (error) {
      // One of them cannot cross over.
      for (const { reject } of all) reject(error)
      underWay.delete(id)
    }
  }

  worker.on('message', ({ id, outcomes, told }: Answers) => {
    for (const one of told) onTold(one as never)
    const all = underWay.get(id)!
    underWay.delete(id)
    for (const [index, outcome] of outcomes.entries()) {
      const { resolve, reject } = all[index]!
      if ('failure' in outcome) reject(toError(outcome.failure))
      else resolve(outcome.value)
    }
  })
  worker.on('error', stop)
  worker.on('messageerror', (error) => {
    stop(error)
    // It would go on without ever being understood again.
    void worker.terminate()
  })
  worker.on('exit', () => stop(new Error('the thread of the store has ended')))

  function stop(error: Error): void {
    end ??= error
    // The thread's last answers may come after its error: they change nothing then.
    const all = [...underWay.values(), gathered].flat()
    for (const { reject } of all) reject(new StoreUnavailable(end))
    gathered = []
  }

  const call = (name: string, args: readonly unknown[]) =>
    new Promise((resolve, reject) => {
      if (end) throw new StoreUnavailable(end)
      gathered.push({ name, args, resolve, reject })
      if (gathered.length === 1) setImmediate(send)
    })

  return <F extends object>(...names: readonly (keyof F & string)[]) => {
    const functions = names.map((name) => [name, (...args: unknown[]) => call(name, args)])
    return Object.fromEntries(functions) as F
  }
}

function toFailure(error: unknown): Failure {
  const { name, message, stack, cause } = error instanceof Error ? error : new Error(String(error))
  return { name, message, stack, ...(cause instanceof Error && { cause: toFailure(cause) }) }
}

function toError({ name, message, stack, cause: inner }: Failure): Error {
  const cause = inner && toError(inner)
  if (name === 'StoreUnavailable') return new StoreUnavailable(cause)
  if (name === 'ReferenceTaken') return new ReferenceTaken(message)
  return Object.assign(new Error(message, { cause }), { name, stack })
}
