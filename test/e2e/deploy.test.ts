/** What server/deploy has for operators: a Dockerfile and a systemd unit, as far as they can be tried without either. */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { DockerfileParser, type From, type Instruction } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { findProgram } from '../browsers/find-program.js'
import { freePort } from './server-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (name: string) => readFileSync(join(root, 'server/deploy', name), 'utf8')
const run = promisify(execFile)

const folder = mkdtempSync(join(tmpdir(), 'coinslot-deploy-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the Dockerfile', () => {
  const text = read('Dockerfile')
  const instructions = DockerfileParser.parse(text).getInstructions()
  const stages = instructions.filter((instruction) => instruction.getKeyword() === 'FROM') as From[]
  const last = instructions.slice(instructions.indexOf(stages.at(-1)!))

  function only(keyword: string): Instruction {
    const found = last.filter((instruction) => instruction.getKeyword() === keyword)
    expect(found).toHaveLength(1)
    return found[0]!
  }
  /** Of an instruction in exec form, whose words no shell reads. */
  function words(keyword: string): string[] {
    const [, json = ''] = /(\[.*\])$/.exec(only(keyword).getRawArgumentsContent() ?? '') ?? []
    return JSON.parse(json) as string[]
  }

  it('is one, by a validator', () => {
    expect(validate(text)).toEqual([])
  })

  it('builds with one image and runs in a smaller one, both of one major version', () => {
    expect(stages.map((stage) => stage.getImage())).toEqual([
      expect.stringMatching(/^node:(\d+)-bookworm$/),
      expect.stringMatching(/^node:(\d+)-bookworm-slim$/),
    ])
    const majors = stages.map((stage) => stage.getImageTag()?.split('-')[0])
    expect(new Set(majors).size).toBe(1)
  })

  it('runs as a user that may write its data and nothing else', () => {
    expect(only('USER').getRawArgumentsContent()).toBe('node')
    const after = last.slice(last.indexOf(only('USER')))
    expect(after.map((instruction) => instruction.getKeyword())).toContain('ENTRYPOINT')
    expect(text).toContain('--owner=node --group=node --mode=700 /data')
  })

  it('starts what `npm start` starts', () => {
    expect([...words('ENTRYPOINT'), ...words('CMD')].join(' ')).toBe(manifest.scripts.start)
  })

  it('keeps what may hold a secret out of the build', () => {
    const ignored = read('Dockerfile.dockerignore').split('\n')
    expect(ignored).toEqual(
      expect.arrayContaining(['.env*', '*.db', 'coinslot.config.json', '.git']),
    )
  })

  describe('what its last stage has', () => {
    const image = join(folder, 'image')
    let server: ChildProcess | undefined
    beforeAll(async () => {
      mkdirSync(image)
      const { stdout } = await run('npm', ['ls', '--omit=dev', '--all', '--parseable'], {
        cwd: root,
      }).catch((error: { stdout: string }) => error)
      const packages = new Set(stdout.trim().split('\n').slice(1))
      for (const path of [...packages, join(root, 'dist'), join(root, 'package.json')]) {
        const to = join(image, relative(root, path))
        mkdirSync(dirname(to), { recursive: true })
        if (!existsSync(to)) execFileSync('cp', ['-a', path, to])
      }
    })
    afterEach(() => server?.kill('SIGKILL'))

    it('is all that the server needs, and the health check tells whether it is up', async () => {
      const port = String(await freePort())
      const data = join(folder, 'data')
      mkdirSync(data)
      const [, url = ''] =
        /DATABASE_URL=(\S+)/.exec(only('ENV').getRawArgumentsContent() ?? '') ?? []
      const environment = {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        PORT: port,
        DATABASE_URL: url.replace('/data', data),
      }
      const [check = '', ...checkWords] = words('HEALTHCHECK')
      const isHealthy = () =>
        run(check, checkWords, { env: environment }).then(
          () => true,
          () => false,
        )
      expect(await isHealthy()).toBe(false)
      const [entry = '', ...entryWords] = words('ENTRYPOINT')
      server = spawn(entry, [...entryWords, ...words('CMD')], { cwd: image, env: environment })
      const [said] = (await once(server.stdout!, 'data')) as [Buffer]
      expect(String(said)).toBe(`Coinslot is listening on http://localhost:${port}\n`)
      expect(await isHealthy()).toBe(true)
      expect(await (await fetch(`http://localhost:${port}/`)).text()).toContain(
        '<coinslot-checkout',
      )
      server.kill('SIGTERM')
      expect(await once(server, 'exit')).toEqual([0, null])
      expect(existsSync(join(data, 'coinslot.db'))).toBe(true)
    })
  })
})

const analyze = findProgram(['systemd-analyze'])
if (!analyze && process.env['CI']) throw new Error('systemd-analyze is not installed')

describe.runIf(analyze)('the systemd unit', () => {
  const unit = join(folder, 'coinslot.service')
  beforeAll(() => {
    // The program that it starts has to be there.
    writeFileSync(unit, read('coinslot.service').replace('/usr/bin/node', process.execPath))
  })

  it('is one, by systemd', async () => {
    const { stdout, stderr } = await run(analyze!, ['verify', unit])
    expect(stdout + stderr).toBe('')
  })

  it('is exposed by 1.1 of 10 at most, as systemd reckons', async () => {
    const limits = ['--offline=true', '--threshold=11']
    const { stdout } = await run(analyze!, ['security', ...limits, unit])
    expect(stdout).toMatch(/Overall exposure level for coinslot.service: [01]\.\d OK/)
  })

  it('starts what `npm start` starts, of the package that is installed', () => {
    const start = manifest.scripts.start
      .replace('node', '/usr/bin/node')
      .replace('dist', '/opt/coinslot/node_modules/coinslot/dist')
    expect(read('coinslot.service').split('\n')).toContain(`ExecStart=${start}`)
  })

  it('lets the server write what it keeps, and run what V8 compiles', () => {
    const lines = read('coinslot.service').split('\n')
    const [, state] = lines.find((line) => line.startsWith('StateDirectory='))?.split('=') ?? []
    expect(lines).toContain(`Environment=DATABASE_URL=file:/var/lib/${state}/coinslot.db`)
    expect(lines).not.toContain('MemoryDenyWriteExecute=yes')
  })
})
