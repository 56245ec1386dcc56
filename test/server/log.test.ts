/** What the log keeps of an error that it was given. */
import { expect, it } from 'vitest'
import { Internal } from '../../server/errors.ts'
import { createLog } from '../../server/log.ts'

const CANARY = 'buyer@canary.example'

function write(err: unknown): string {
  const lines: string[] = []
  createLog('info', { write: (line: string) => void lines.push(line) }).error({ err }, 'failed')
  return lines.join('')
}

it.each([
  ['its own', new TypeError(`no ${CANARY}`)],
  ['one of several lines', new TypeError(`no\n    at ${CANARY} (here)`)],
  ['that of its cause', new TypeError('no', { cause: new Error(CANARY) })],
  [
    'that of the cause of its cause',
    new TypeError('no', { cause: new Error('no', { cause: new Error(CANARY) }) }),
  ],
  ['one that was changed', Object.assign(new TypeError(CANARY), { message: 'no' })],
])('an error is logged by its type and its frames, without a message: %s', (_, error) => {
  for (const line of [write(error), write(new Internal(error))]) {
    expect(line).not.toContain(CANARY)
    expect(line).toContain('TypeError')
    expect(line).toContain('log.test.ts')
  }
})
