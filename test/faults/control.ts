/** Negative controls: servers with one defence switched off, each a copy of the build with one text replaced. */
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MAIN } from '../e2e/server-process.ts'
import type { Invariant } from './checker.ts'

/** Without a defence: what of the built server is replaced by what. */
export interface Control {
  /** What is switched off. */
  readonly without: string
  /** What then has to be broken: another violation would be one for the wrong reason. */
  readonly breaks: Invariant | 'promise'
  /** Stands exactly once in the built server. */
  readonly text: string
  readonly by: string
}

export const CONTROLS = {
  acknowledgeEarly: {
    without: 'a webhook is kept before its 2xx',
    breaks: 'I10',
    text: 'await settlement.receive(c.req.param("provider"), {',
    by: 'const work = (...all) => void settlement.receive(...all).catch(() => {}); work(c.req.param("provider"), {',
  },
  newProviderKeys: {
    without: 'one key for all tries at a provider',
    breaks: 'I2',
    text: 'hash("sha256", `open\\n${id}`',
    by: 'hash("sha256", `open\\n${id}${Math.random()}`',
  },
  noSync: {
    without: 'synchronous = FULL',
    breaks: 'promise',
    text: 'synchronous = FULL',
    by: 'synchronous = NORMAL',
  },
  noDeadline: {
    without: 'the deadline of a call',
    breaks: 'promise',
    text: 'setTimeout(() => controller.abort(), deadlineMs)',
    by: 'setTimeout(() => {}, deadlineMs)',
  },
  noReportTwice: {
    without: 'a report counts once',
    breaks: 'I4',
    text: 'if (numInsertedOrUpdatedRows !== 1n && await isSettled(unit, report)) return void 0;',
    by: '',
  },
  backwards: {
    without: 'statuses only go forward',
    breaks: 'I6',
    text: 'return NEXT[from].includes(to);',
    by: 'return true;',
  },
  noEarlyReports: {
    without: 'reports wait for their session',
    breaks: 'I4',
    text: 'if (session.reference === null) return session;',
    by: 'return session;',
  },
  noReconciler: {
    without: 'the reconciler',
    breaks: 'I4',
    text: 'run: reconcileDue',
    by: 'run: async () => {}',
  },
  noLease: {
    without: 'the lease of a session',
    breaks: 'I2',
    text: 'eb("lease_until", "is", null), eb("lease_until", "<=", now)',
    by: 'eb.lit(true)',
  },
  noFence: {
    without: 'the fence of a lease',
    breaks: 'I1',
    text: '.where("fence", "=", fence)',
    by: '.where("fence", ">=", fence)',
  },
  noDrain: {
    without: 'requests end before the server does',
    breaks: 'promise',
    text: 'process.on("SIGTERM", stop);',
    by: 'process.on("SIGTERM", () => process.exit());',
  },
  endUnasked: {
    without: 'the provider is asked before a session ends',
    breaks: 'I4',
    text: 'const outcome = await ask(session, pass);',
    by: 'const outcome = session.expiresAt > now() ? await ask(session, pass) : "not_askable";',
  },
  tellBeforeCommit: {
    without: 'outcomes are told after the commit',
    breaks: 'I1',
    text: 'outcomes.push(await work[how](tx));',
    by: '(await work[how](tx))();',
  },
  keptFailures: {
    without: 'a failure that passes leaves the key free',
    breaks: 'promise',
    text: 'if (!failure || failure.retryable) {',
    by: 'if (!failure) {',
  },
  noKeys: {
    without: 'idempotency keys',
    breaks: 'I2',
    text: 'key: caller.idempotencyKey,',
    by: 'key: caller.idempotencyKey + Math.random(),',
  },
  noRateLimit: {
    without: 'rate limits',
    breaks: 'promise',
    text: 'throw new RateLimited(',
    by: 'new RateLimited(',
  },
  noQueryTimeout: {
    without: 'the deadline of a question to the database',
    breaks: 'promise',
    text: 'query_timeout: 5e3',
    by: 'query_timeout: 1e6',
  },
  noPassing: {
    without: 'a store that is away is told as such',
    breaks: 'promise',
    text: '/^SQLITE_(BUSY|FULL|IOERR)/',
    by: '/^nothing$/',
  },
  tellOnce: {
    without: 'a message that failed is sent again',
    breaks: 'I5',
    text: 'const outcome = failure ? afterFailure(message, failure, endedAt) : "delivered";',
    by: 'const outcome = "delivered";',
  },
  halfSteps: {
    without: 'all steps of the schema or none, in a file',
    breaks: 'promise',
    text: 'await migrateFile(db)',
    by: 'await migrate(db)',
  },
  halfStepsOnServer: {
    without: 'all steps of the schema or none, on a server',
    breaks: 'promise',
    text: 'allowUnorderedMigrations: true,',
    by: 'allowUnorderedMigrations: true, disableTransactions: true,',
  },
  noSweep: {
    without: 'what is old is forgotten every hour',
    breaks: 'promise',
    text: 'setInterval(forget, SWEEP_EVERY_MS)',
    by: 'setInterval(() => {}, SWEEP_EVERY_MS)',
  },
  newMessageIds: {
    without: 'a change has one id, however often it comes',
    breaks: 'I5',
    text: 'update(JSON.stringify(what))',
    by: 'update(JSON.stringify(what) + Math.random())',
  },
  noNewerRefused: {
    without: 'a newer schema is refused',
    breaks: 'promise',
    text: 'if (unknown.length > 0) throw',
    by: 'if (unknown.length < 0) throw',
  },
} as const satisfies Readonly<Record<string, Control>>

// Within the project, so that the copy finds the packages that it imports.
const COPIES = fileURLToPath(new URL('../../node_modules/.cache/coinslot-faults/', import.meta.url))

/**
 * Makes a server without one of its defences.
 * @returns its main file
 * @throws where the text does not stand exactly once in the built server
 */
export function makeControl(control: Control): Promise<string> {
  return changeBuild(MAIN, control)
}

/** What of a built server is replaced by what. */
type Change = Pick<Control, 'without' | 'text' | 'by'>

/**
 * Makes another version of a server.
 * @param main its main file
 * @returns the other one's
 * @throws where the text does not stand exactly once in it
 */
export async function changeBuild(main: string, control: Change): Promise<string> {
  const dist = dirname(dirname(main))
  await mkdir(COPIES, { recursive: true })
  const copy = await mkdtemp(join(COPIES, 'control-'))
  for (const entry of await readdir(dist)) {
    if (entry === 'server') await cp(join(dist, entry), join(copy, entry), { recursive: true })
    else await symlink(join(dist, entry), join(copy, entry))
  }
  const file = join(copy, 'server', await findFile(control, main))
  const source = await readFile(file, 'utf8')
  await writeFile(
    file,
    source.replace(control.text, () => control.by),
  )
  return join(copy, 'server', 'main.js')
}

export async function removeControls(): Promise<void> {
  await rm(COPIES, { recursive: true, force: true })
}

/** The one file of the built server that has the text once. */
export async function findFile({ text, without }: Change, main = MAIN): Promise<string> {
  const files = (await readdir(dirname(main))).filter((name) => name.endsWith('.js'))
  const counts = await Promise.all(
    files.map(async (name) => {
      const source = await readFile(join(dirname(main), name), 'utf8')
      return { name, count: source.split(text).length - 1 }
    }),
  )
  const found = counts.filter(({ count }) => count > 0)
  const [only] = found
  if (found.length !== 1 || only?.count !== 1) {
    throw new Error(`"${without}": its text stands elsewhere or often in the build: ${text}`)
  }
  return only.name
}
