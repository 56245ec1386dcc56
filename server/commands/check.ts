/** `coinslot check`: looks at the whole set-up, and tells what is wrong and what mends it. */
import { lookup } from 'node:dns/promises'
import type { Finding } from '../check/finding.ts'
import { printable } from '../printable.ts'
import { createTransport } from '../transport.ts'
import type { Command, CommandInput } from './command.ts'
import { print } from './print.ts'

const DEADLINE_MS = 10_000

const UNREADABLE = 'Name a file by --config or COINSLOT_CONFIG that is there, and is JSON.'

const USAGE = `Usage: coinslot check [--config FILE] [--page URL] [--json]

Looks at the configuration, the secrets, the database, the providers, the origins, the public address,
the proxies before it, the webhooks' addresses, who is notified, the metrics and the clock, and tells of
each what is wrong and what mends it. Run it on the server's machine with the server's environment while
the server runs. Nothing is made or changed, no session is opened. Ends with 1 where something fails.

  --page URL  also looks whether the content security policy of this page lets the element work
  --json      {"passed": …, "findings": [{"id", "level", "about", "says", "mend"}]}
`

export const check: Command = {
  summary: 'looks at the whole set-up, and tells what is wrong and what mends it',
  usage: USAGE,
  options: { page: { type: 'string' }, json: { type: 'boolean' } },
  tellsProblems: true,

  async run(input) {
    const findings: Finding[] = []
    const told = keepEach(look(input), findings)
    await print(input.values['json'] === true ? toJson(told) : toText(told))
    return hasPassed(findings) ? 0 : 1
  },
}

async function* look(input: CommandInput): AsyncGenerator<Finding> {
  const { problem, configuration, environment, values } = input
  // What reads a page is large, and a server that runs has no use for it.
  const { diagnose, tellProblems } = await import('../check/diagnose.ts')
  if (problem) return yield* tellProblems(problem, UNREADABLE)
  const { page } = values
  yield* diagnose({
    configuration,
    environment,
    page: typeof page === 'string' ? page : undefined,
    transport: createTransport(),
    resolve: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
    deadline: () => AbortSignal.timeout(DEADLINE_MS),
    now: () => new Date(),
  })
}

async function* keepEach(
  findings: AsyncIterable<Finding> | Iterable<Finding>,
  kept: Finding[],
): AsyncGenerator<Finding> {
  for await (const finding of findings) {
    kept.push(finding)
    yield finding
  }
}

/** Whether nothing fails; what is warned of does not. */
function hasPassed(findings: readonly Finding[]): boolean {
  return findings.every(({ level }) => level !== 'failure')
}

export async function* toJson(told: AsyncIterable<Finding>): AsyncGenerator<string> {
  const findings: Finding[] = []
  for await (const finding of told) findings.push(finding)
  yield `${JSON.stringify({ passed: hasPassed(findings), findings }, null, 2)}\n`
}

/** Each finding as it comes: a time-out of ten seconds is not to look as if nothing happened. */
export async function* toText(told: AsyncIterable<Finding>): AsyncGenerator<string> {
  const counts = { ok: 0, warning: 0, failure: 0 }
  for await (const { id, level, about, says, mend } of told) {
    counts[level] += 1
    yield `${level.padEnd(9)}${printable(`${about}: ${says}`)} [${id}]\n`
    if (mend !== null) yield `${' '.repeat(9)}→ ${printable(mend)}\n`
  }
  yield `\nok ${counts.ok}, warnings ${counts.warning}, failures ${counts.failure}\n`
}
