/** What CI looks for in the lockfile and in npm's audit, before it installs anything. */
import { describe, expect, it } from 'vitest'
import { readAudit } from '../dependencies/audit.js'
import { lockfileProblems } from '../dependencies/lockfile.js'
import { packageFolders, readPackage } from '../dependencies/packages.js'

const HASH = `sha512-${'A'.repeat(86)}==`
const LEFT_PAD = { version: '1.3.0', integrity: HASH }
const PACKED = { version: '0.1.0', resolved: 'file:../coinslot.tgz' }
const locked = (change: object) => ({
  lockfileVersion: 3,
  packages: { '': {}, 'node_modules/a/node_modules/left-pad': { ...LEFT_PAD, ...change } },
})

describe('a lockfile is refused', () => {
  it.each([
    ['without a hash', { integrity: undefined }, 'has no SHA-512'],
    ['with a hash that can be made to fit', { integrity: 'sha1-AAAA' }, 'has no SHA-512'],
    ['with a hash and another', { integrity: `${HASH} sha1-AAAA` }, 'has no SHA-512'],
    ['without a version', { version: undefined }, 'has no version'],
    [
      'from a repository',
      { resolved: 'git+ssh://git@host.example/a.git#1' },
      'comes from an address',
    ],
    ['from a URL', { resolved: 'https://host.example/left-pad.tgz' }, 'comes from an address'],
    ['from a file', { resolved: 'file:../left-pad.tgz' }, 'comes from an address'],
    ['that is a link', { link: true }, 'is a link'],
    ['that runs a script nobody decided on', { hasInstallScript: true }, 'runs a script'],
  ])('for a package %s', (_, change, told) => {
    const problems = lockfileProblems(locked(change), {})
    expect(problems).toEqual([expect.stringContaining(`node_modules/left-pad: ${told}`)])
  })

  it.each([
    ['with the hash of one build', { integrity: HASH }],
    ['from elsewhere', { resolved: 'file:../../coinslot.tgz' }],
    ['as a link', { link: true }],
  ])('for this package %s', (_, change) => {
    const packages = { '': {}, 'node_modules/coinslot': { ...PACKED, ...change } }
    const problems = lockfileProblems({ lockfileVersion: 3, packages }, {})
    expect(problems).toContainEqual(expect.stringContaining('node_modules/coinslot: '))
  })

  it('for a script that is said to be ignored in another line', () => {
    const lockfile = locked({ hasInstallScript: true })
    expect(lockfileProblems(lockfile, {}, '# ignore-scripts=true')).toHaveLength(1)
  })

  it.each([
    [{}, 'lockfileVersion'],
    [{ lockfileVersion: 1, packages: {} }, 'lockfileVersion'],
    [{ lockfileVersion: 3 }, 'packages'],
    [{ lockfileVersion: 3, packages: { '': {} } }, 'packages'],
  ])('that is none: %j', (file, told) => {
    expect(lockfileProblems(file, {})).toEqual([expect.stringContaining(told)])
  })
})

describe('a lockfile is taken', () => {
  it('with packages by name, version and hash, and scripts that were decided on', () => {
    const allowScripts = { 'left-pad': false }
    expect(lockfileProblems(locked({ hasInstallScript: true }), { allowScripts })).toEqual([])
  })

  it('with a package that another brings with it, in its own hash', () => {
    expect(lockfileProblems(locked({ integrity: undefined, inBundle: true }), {})).toEqual([])
  })

  it('with scripts that are not run', () => {
    const lockfile = locked({ hasInstallScript: true })
    expect(lockfileProblems(lockfile, {}, 'fund=false\nignore-scripts=true\n')).toEqual([])
  })

  it('with this package as it was packed a moment ago', () => {
    const packages = { '': {}, 'node_modules/coinslot': PACKED }
    expect(lockfileProblems({ lockfileVersion: 3, packages }, {})).toEqual([])
  })

  it.each(packageFolders())('such as %spackage-lock.json', (folder) => {
    expect(lockfileProblems(...readPackage(folder))).toEqual([])
  })
})

describe('npm’s audit', () => {
  const told = (severity: string) =>
    JSON.stringify({ vulnerabilities: { 'left-pad': { severity, range: '<1.3.1' } } })

  it.each(['high', 'critical'])('fails on a finding that is %s', (severity) => {
    const findings = [`left-pad <1.3.1: ${severity}`]
    expect(readAudit(told(severity))).toEqual({ kind: 'found', findings })
  })

  it.each([told('moderate'), told('low'), '{"vulnerabilities":{}}'])('passes on %s', (text) => {
    expect(readAudit(text)).toEqual({ kind: 'clean' })
  })

  it.each([
    ['{"message":"405 Method Not Allowed"}', '405 Method Not Allowed'],
    ['{"error":{"code":"ENOTFOUND"}}', 'no answer'],
    ['{"vulnerabilities":null}', 'no answer'],
    ['null', 'no answer'],
    ['', 'no answer'],
    ['<html>', 'no answer'],
  ])('is said not to have been done where nobody answers: %s', (text, why) => {
    expect(readAudit(text)).toEqual({ kind: 'unanswered', why })
  })
})
