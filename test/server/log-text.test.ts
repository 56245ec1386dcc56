/** The log as a person reads it: the same fields, one line each, that no terminal obeys. */
import { describe, expect, it } from 'vitest'
import { Internal } from '../../server/errors.ts'
import { toText } from '../../server/log-text.ts'
import { createLog, type Log } from '../../server/log.ts'

const CANARY = 'buyer@canary.example'

function writeText(use: (log: Log) => void, hasColors = false): string {
  const lines: string[] = []
  const to = { write: (line: string) => void lines.push(line) }
  use(createLog('trace', toText(to, { hasColors })))
  return lines.join('')
}

describe('the log as text', () => {
  it.each([
    ['a cursor that moves', '\u001B[2J'],
    ['a line of its own', '\nfatal  all is lost'],
    ['a direction', '\u202E'],
  ])('has nothing of %s that stands in what others have sent', (_, sent) => {
    const text = writeText((log) => log.warn({ origin: `https://a.example${sent}` }, `no${sent}`))
    expect(text).not.toContain(sent)
    expect(text.trimEnd()).not.toContain('\n')
  })

  it('has no word of an error that JSON has not', () => {
    const error = new Internal(new TypeError(CANARY, { cause: new Error(CANARY) }))
    const text = writeText((log) => log.error({ err: error }, 'failed'))
    expect(text).not.toContain(CANARY)
    expect(text).toContain('code=internal')
    expect(text).toContain('log-text.test.ts')
  })

  it('tells the time, how grave it is, what happened and its fields, on one line', () => {
    const text = writeText((log) =>
      log.info({ method: 'GET', route: '/v1/sessions/:id', ms: 3, told: 'a b' }, 'answered'),
    )
    expect(text).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}answered method=GET route=\/v1\/sessions\/:id ms=3 told="a b"\n$/,
    )
  })

  it('has no colours unless whoever reads it can see them', () => {
    const write = (log: Log) => log.error({ ms: 3 }, 'failed')
    expect(writeText(write)).not.toContain('\u001B')
    expect(writeText(write, true)).toContain('\u001B[31merror')
  })
})
