/** The list before going live is what `coinslot check` looks at, neither more nor less. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { errorGuide } from '../../demo/generate/error-guide.ts'
import { checks } from '../../server/check/finding.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

const ID = /`([a-z-]+\.[a-z-]+)`/g

it('names each check once', () => {
  const listed = [...read('demo/docs/going-live.md').matchAll(/^- \[ \] \*\*`([\w.-]+)`\*\*/gm)]
  expect(listed.map(([, id = '']) => id).toSorted()).toEqual(checks.toSorted())
})

it.each(checks)('%s is made by a check', (id) => {
  const code = readdirSync(new URL('server/check/', root))
    .filter((name) => name !== 'finding.ts')
    .map((name) => read(`server/check/${name}`))
  expect(code.join('\n')).toContain(`'${id}'`)
})

it('is named rightly wherever the documentation names a check', () => {
  const known = new Set<string>(checks)
  const groups = new Set(checks.map((id) => id.split('.')[0]))
  const texts = [
    JSON.stringify(errorGuide),
    ...readdirSync(new URL('demo/docs/', root)).map((name) => read(`demo/docs/${name}`)),
  ]
  const named = texts.flatMap((text) => [...text.matchAll(ID)].map(([, id = '']) => id))
  const ids = named.filter((id) => groups.has(id.split('.')[0] ?? ''))
  expect(ids.length).toBeGreaterThan(checks.length)
  expect(ids.filter((id) => !known.has(id))).toEqual([])
})
