/** Starts the fake providers in a process of their own, and speaks with it. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ProviderWords } from './provider-words.ts'

const MAIN = fileURLToPath(new URL('provider-main.ts', import.meta.url))

export interface ProviderProcess extends ProviderWords {
  stop(): Promise<void>
}

interface Reply {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

export async function startProviders(): Promise<ProviderProcess> {
  const child = fork(MAIN, { execArgv: ['--import', 'tsx'] })
  await once(child, 'message')
  const waiting = new Map<number, (reply: Reply) => void>()
  let asked = 0
  child.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  })

  function ask<Word extends keyof ProviderWords>(word: Word): ProviderWords[Word] {
    const call = (...values: readonly unknown[]) =>
      new Promise((resolve, reject) => {
        asked += 1
        waiting.set(asked, ({ result, error }) =>
          error === undefined ? resolve(result) : reject(new Error(error)),
        )
        child.send({ id: asked, word, values })
      })
    return call as unknown as ProviderWords[Word]
  }

  return {
    addresses: ask('addresses'),
    next: ask('next'),
    heal: ask('heal'),
    happen: ask('happen'),
    ledger: ask('ledger'),
    complaints: ask('complaints'),
    async stop() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
