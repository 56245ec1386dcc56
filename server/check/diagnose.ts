/** All that can be told of a set-up before the first buyer comes; nothing is changed by looking. */
import type { ProviderTiming } from '../configured-providers.ts'
import { ConfigurationError, parseConfig, type Config, type Environment } from '../config.ts'
import { inspectDatabase } from '../store/open-database.ts'
import type { Transport } from '../transport.ts'
import {
  checkMetrics,
  checkOrigins,
  checkPublicUrl,
  namesPrivate,
  type ResolveName,
} from './addresses.ts'
import { createAsk } from './ask.ts'
import { checkClock } from './clock.ts'
import { failure, ok, warning, type Finding } from './finding.ts'
import { checkNotifications } from './notifications.ts'
import { checkPage } from './page.ts'
import { checkProviders } from './providers.ts'
import { checkSecrets } from './secrets.ts'
import { createWitness } from './witness.ts'

export interface Diagnosis {
  /** What the configuration file holds; undefined where there is none. */
  readonly configuration: unknown
  readonly environment: Environment
  /** A merchant's page whose policy is to be looked at. */
  readonly page?: string | undefined
  readonly transport: Transport
  readonly resolve: ResolveName
  /** When an answer of this server or a page is given up. */
  readonly deadline: () => AbortSignal
  readonly providerTiming?: ProviderTiming
  readonly now: () => Date
}

/** Tells each finding as soon as it is made. */
export async function* diagnose(diagnosis: Diagnosis): AsyncGenerator<Finding> {
  const { configuration, environment, page, transport, resolve, deadline, now } = diagnosis
  let config: Config
  try {
    config = parseConfig(configuration, environment)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    yield* tellProblems(error)
    return
  }
  yield describeConfiguration(config)
  yield* checkSecrets(config, environment)
  yield await checkDatabase(config)
  const witness = createWitness(transport, now)
  const ask = createAsk({ transport: witness.transport, deadline })
  const providers = await checkProviders(config, witness, now, diagnosis.providerTiming)
  yield* providers.findings
  yield* checkOrigins(config)
  const findings: Finding[] = []
  const ours = await witness.watch(async () => {
    for await (const finding of checkPublicUrl(config, ask, resolve)) findings.push(finding)
  })
  yield* findings
  yield* checkNotifications(config, ask, resolve)
  yield* checkMetrics(config)
  // This machine always agrees with itself.
  yield checkClock(providers.sightings, namesPrivate(config.publicUrl) ? [] : ours)
  if (page !== undefined) yield* checkPage(config, page, ask)
}

/** What a file or a variable says wrongly is what keeps the rest from being looked at. */
export function* tellProblems(
  { problems }: ConfigurationError,
  mend = 'Correct it in the file; dist/config.schema.json has all keys.',
): Generator<Finding> {
  for (const problem of problems) {
    yield /^[A-Z][A-Z0-9_]*: /.test(problem)
      ? failure(
          'environment.complete',
          'environment',
          problem,
          'Set the variable for the server and for this command.',
        )
      : failure('configuration.valid', 'configuration', problem, mend)
  }
  yield warning(
    'configuration.valid',
    'configuration',
    'the rest was not looked at',
    'Mend what is above, then check again.',
  )
}

function describeConfiguration({ demo, checkouts, providers }: Config): Finding {
  if (demo) {
    return warning(
      'configuration.valid',
      'configuration',
      'there is none: this is demo mode, in which nothing can be sold',
      'Write coinslot.config.json, or name a file by --config or COINSLOT_CONFIG.',
    )
  }
  const count = checkouts.size === 1 ? '1 checkout' : `${checkouts.size} checkouts`
  return ok(
    'configuration.valid',
    'configuration',
    `${count}, paid by ${[...providers.keys()].join(', ')}`,
  )
}

async function checkDatabase({ databaseUrl }: Config): Promise<Finding> {
  const about = 'database'
  if (databaseUrl === 'file::memory:') {
    return failure(
      'database.durable',
      about,
      'is in memory: a restart forgets every payment',
      'Set DATABASE_URL to file: and a path, or postgres://…',
    )
  }
  try {
    const missing = await inspectDatabase(databaseUrl)
    if (missing === undefined)
      return ok('database.durable', about, 'is still to be made, at the first start')
    const steps = missing === 0 ? '' : `; the next start brings its tables up to date`
    return ok('database.durable', about, `can be used, and keeps what it has acknowledged${steps}`)
  } catch (error) {
    return failure(
      'database.durable',
      about,
      error instanceof Error ? error.message : 'cannot be used',
      'Correct DATABASE_URL, or what it names: the server does not start so.',
    )
  }
}
