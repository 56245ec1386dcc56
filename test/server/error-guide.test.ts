/** The documentation has something to say of every error that there is, and says it rightly. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { errorEntries, errorGuide } from '../../demo/generate/error-guide.ts'
import { renderMarkdown } from '../../demo/generate/markdown.ts'
import { errorCodeSchema } from '../../server/contract/schemas.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const guide = new Map(Object.entries(errorGuide))

describe('the guide to errors', () => {
  it.each(errorCodeSchema.options)('has an entry for %s, with what to do', (code) => {
    const { who, why, mend } = guide.get(code) ?? expect.unreachable()
    for (const text of [who, why, mend]) expect(text).toMatch(/^.{10,}[.]$/s)
    const { headings } = renderMarkdown(errorEntries())
    expect(headings.map(({ text }) => text)).toContain(code)
  })

  it('tells of each the status that the server answers with', () => {
    const classes = read('server/errors.ts').matchAll(
      /readonly code = '(\w+)'\n\s+readonly status(?: = (\d+)|: ([\d |]+))\n/g,
    )
    const statuses = [...classes].map(([, code, status, several]) => {
      return [code, status ? Number(status) : several?.replaceAll(' | ', ', ')] as const
    })
    const codes = [...new Set(statuses.map(([code]) => code))]
    expect(codes.toSorted()).toEqual(errorCodeSchema.options.toSorted())
    for (const [code = '', status] of statuses) {
      expect(guide.get(code)?.status, code).toBe(status)
    }
  })

  it('has an entry for each code that only the element tells, and none for others', () => {
    const code = readdirSync(new URL('widget/', root))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`widget/${name}`))
      .join('\n')
    const told = code.matchAll(
      /\b(?:code(?: =|:)|return|setError\() ?'(network_error|timeout|unavailable|[a-z]+_[a-z]+)'/g,
    )
    const ofElement = new Set([...told].map(([, name = '']) => name))
    const known = new Set<string>(errorCodeSchema.options)
    const own = [...guide.keys()].filter((name) => !known.has(name))
    for (const name of ['network_error', 'timeout', 'invalid_response', 'redirect_refused'])
      expect([...ofElement]).toContain(name)
    for (const name of own) expect(code, name).toContain(`'${name}'`)
    for (const name of ofElement) expect([...guide.keys()], name).toContain(name)
  })
})
