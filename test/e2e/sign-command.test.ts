/** `coinslot sign`, as the published package runs it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { decodeJwt, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))
const SECRET = 'a secret of at least thirty-two bytes'

interface Run {
  readonly input?: string
  readonly secret?: string
}

describe('coinslot sign', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coinslot-sign-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function sign(args: string, { input = '', secret = SECRET }: Run = {}) {
    const words = args.split(' ').filter(Boolean)
    const child = spawn(process.execPath, [MAIN, 'sign', ...words], {
      cwd: folder,
      env: { PATH: process.env['PATH'], COINSLOT_SECRET: secret },
    })
    child.stdin.end(input)
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number]>,
    ])
    return { stdout, stderr, code }
  }

  const configure = (checkouts: object) =>
    writeFile(
      join(folder, 'coinslot.config.json'),
      JSON.stringify({ providers: { sprintcheckout: {} }, checkouts }),
    )
  const lamp = { provider: 'sprintcheckout', currency: 'USD', amount: '40.00' }

  it('ends with 1 and says what is wrong, without an offer', async () => {
    await configure({ lamp })
    const { stdout, stderr, code } = await sign('--checkout desk --amount 4.50')
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
    expect(stderr).toMatch(/^there is no checkout with this id.*\n$/)
  })

  it('prints an offer of its options, in place of what the file says, and needs no other secret', async () => {
    await configure({ lamp })
    await writeFile(join(folder, 'order.json'), '{"checkout":"lamp","amount":"1","orderId":"A-1"}')
    const before = Math.floor(Date.now() / 1000)
    const { stdout, stderr, code } = await sign(
      '--file order.json --amount 42.50 --no-editable --expires-in 90m',
    )
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(/^[\w.-]+\n$/)
    const { payload } = await jwtVerify(stdout.trim(), new TextEncoder().encode(SECRET))
    const { iat = 0, exp = 0, ...terms } = payload
    expect(terms).toEqual({ checkout: 'lamp', amount: '42.50', orderId: 'A-1', editable: false })
    expect(iat).toBeGreaterThanOrEqual(before)
    expect(exp - iat).toBe(5400)
  })

  it('reads standard input where it is told to, in UTF-8, and gives a day where nothing is said', async () => {
    const input = JSON.stringify({ ...lamp, description: 'Café crème ☕' })
    const { stdout } = await sign('--file -', { input })
    const { iat = 0, exp = 0, description } = decodeJwt(stdout)
    expect(description).toBe('Café crème ☕')
    expect(exp - iat).toBe(86_400)
  })

  it('signs with the first secret of a list', async () => {
    const { stdout } = await sign('--checkout lamp', { secret: `${SECRET},${SECRET} of before` })
    await expect(jwtVerify(stdout.trim(), new TextEncoder().encode(SECRET))).resolves.toBeDefined()
  })

  it('says how it is used', async () => {
    const { stdout, code } = await sign('--help')
    expect(code).toBe(0)
    expect(stdout).toContain('Usage: coinslot sign')
    expect(stdout).toContain('--expires-in')
  })
})
