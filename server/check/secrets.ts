/** Whether the secrets are what they should be, as far as it can be told without using them; none is ever shown. */
import type { Config, Environment } from '../config.ts'
import { failure, ok, warning, type Finding } from './finding.ts'

const ABOUT = 'secrets'
const PLACEHOLDER =
  /^(change.?me|replace.?me|your[-_ ].*|x{3,}|test|secret|password|todo|none|null|undefined|<.*>|\.{3}|…)$/i
const SHORT = 16
/** 32 random bytes in hex have 11 or more different characters all but always, in base64 over 20. */
const FEW_CHARACTERS = 8

export function* checkSecrets(config: Config, environment: Environment): Generator<Finding> {
  const ofProviders = [...config.providers.values()].flatMap(({ secrets }) =>
    Object.entries(secrets),
  )
  const named = ofProviders.filter((entry): entry is [string, string] => Boolean(entry[1]))
  const findings = [
    ...named.flatMap(([name, value]) => [...checkProviderSecret(name, value)]),
    ...checkOfferSecrets(config),
    ...checkTwice([
      ...named,
      ...(config.metrics?.token === undefined
        ? []
        : [['COINSLOT_METRICS_TOKEN', config.metrics.token] as const]),
      ...config.offerSecrets.map((value) => ['COINSLOT_SECRET', value] as const),
    ]),
  ]
  yield* findings
  const set = [...named.map(([name]) => name), ...OWN.filter((name) => environment[name])]
  const sound = set.filter((name) => !findings.some(({ says }) => says.includes(name)))
  if (sound.length > 0)
    yield ok('secrets.strong', ABOUT, `there, and long enough: ${sound.join(', ')}`)
}

const OWN = ['COINSLOT_SECRET', 'COINSLOT_NOTIFICATION_SECRET', 'COINSLOT_METRICS_TOKEN']

function* checkProviderSecret(name: string, value: string): Generator<Finding> {
  if (/[^\x21-\x7e]/.test(value)) {
    yield failure(
      'secrets.strong',
      ABOUT,
      `${name} has a space, a line end or another character that no key has`,
      `Set it anew without it: a file that it is read from may end with a line end.`,
    )
  } else if (PLACEHOLDER.test(value)) {
    yield failure(
      'secrets.strong',
      ABOUT,
      `${name} is a placeholder`,
      `Set it to what the provider's dashboard shows.`,
    )
  } else if (value.length < SHORT) {
    yield warning(
      'secrets.strong',
      ABOUT,
      `${name} has ${value.length === 1 ? '1 character' : `${value.length} characters`}, so that it could be guessed`,
      `Compare it with the provider's dashboard; a secret of your own has 32 or more.`,
    )
  }
  if (name.includes('PUBLISHABLE') && /^[a-z]*sk_/.test(value)) {
    yield failure(
      'secrets.strong',
      ABOUT,
      `${name} is a secret key, and would be shown to every buyer`,
      `Set it to the publishable key (pk_…), and have the provider replace the secret one.`,
    )
  }
  if (name.endsWith('_API_KEY') && value.startsWith('pk_')) {
    yield warning(
      'secrets.strong',
      ABOUT,
      `${name} looks like a publishable key`,
      `Set it to the secret key (sk_…).`,
    )
  }
  if (/^[a-z]+_test_/.test(value)) {
    yield warning(
      'secrets.live',
      ABOUT,
      `${name} is a test key: no real money moves`,
      `Before you sell, set it to the live key.`,
    )
  }
}

function* checkOfferSecrets({ offerSecrets, demo }: Config): Generator<Finding> {
  if (offerSecrets.length === 0 && !demo) {
    yield warning(
      'secrets.offers',
      ABOUT,
      'COINSLOT_SECRET is not set: offers are refused',
      'If your back end is to sign offers, set it to what `openssl rand -base64 32` prints.',
    )
  }
  if (offerSecrets.some((secret) => new Set(secret).size < FEW_CHARACTERS)) {
    yield failure(
      'secrets.offers',
      ABOUT,
      'COINSLOT_SECRET is not random: whoever guesses it sets his own price',
      'Set it to what `openssl rand -base64 32` prints.',
    )
  }
}

function* checkTwice(secrets: readonly (readonly [string, string])[]): Generator<Finding> {
  for (const [index, [name, value]] of secrets.entries()) {
    const other = secrets.slice(0, index).find(([, earlier]) => earlier === value)
    if (other && other[0] !== name) {
      yield warning(
        'secrets.distinct',
        ABOUT,
        `${other[0]} and ${name} are the same`,
        'Give each a secret of its own, so that one who learns the one does not know the other.',
      )
    }
  }
}
