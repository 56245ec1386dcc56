/** `coinslot sign`: signs the terms of one order, and prints the offer. */
import { readFileSync } from 'node:fs'
import { ConfigurationError } from '../config.ts'
import { configurationSchema } from '../configuration-schema.ts'
import { describeIssue } from '../issues.ts'
import { parseJson } from '../json.ts'
import { verifyOffer } from '../offer.ts'
import { offerSecretsSchema } from '../offer-secrets.ts'
import type { OfferTerms } from '../offer-terms.ts'
import { OfferError, signOffer } from '../sign-offer.ts'
import type { Command } from './command.ts'

/** The terms that have an option of their own. */
const TERMS = {
  checkout: 'checkout',
  provider: 'provider',
  currency: 'currency',
  amount: 'amount',
  'min-amount': 'minAmount',
  'max-amount': 'maxAmount',
  description: 'description',
  'order-id': 'orderId',
  'success-url': 'successUrl',
  'cancel-url': 'cancelUrl',
  'fail-url': 'failUrl',
} as const

const USAGE = `Usage: coinslot sign [--file FILE] [TERMS] [--expires-in SPAN]

Signs the terms of one order with COINSLOT_SECRET (the first of a list) and prints the offer, for the
element's attribute "offer" or for /pay?offer=… Where there is a configuration, the offer is checked
against it first.

  --file FILE         terms as JSON, all that a checkout has, and "customer"; - is standard input
  --config FILE       the configuration that it is checked against
  --expires-in SPAN   for how long a payment may be begun: 90m, 2h, 7d, or seconds; 1d by default
  --checkout ID       a configured checkout to start from
  --editable          the buyer may choose the amount; --no-editable: he may not
  --provider --currency --amount --min-amount --max-amount --description --order-id
  --success-url --cancel-url --fail-url
                      terms of an order, in place of what the file or the checkout says
`

export const sign: Command = {
  summary: 'signs the terms of one order and prints the offer: see coinslot sign --help',
  usage: USAGE,
  options: {
    file: { type: 'string' },
    'expires-in': { type: 'string', default: '1d' },
    editable: { type: 'boolean' },
    ...Object.fromEntries(Object.keys(TERMS).map((name) => [name, { type: 'string' }])),
  },

  async run({ configuration, environment, values }) {
    const terms = { ...readTerms(values['file']), ...termsOf(values) } as OfferTerms
    const secret = environment['COINSLOT_SECRET']
    const offer = await signOffer(terms, { secret, expiresIn: String(values['expires-in']) })
    if (configuration !== undefined) await assertFits(offer, configuration, secret)
    process.stdout.write(`${offer}\n`)
    return 0
  },
}

function termsOf(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const named = Object.entries(TERMS).map(([option, key]) => [key, values[option]] as const)
  const given = [...named, ['editable', values['editable']] as const]
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

function readTerms(file: unknown): object {
  if (typeof file !== 'string') return {}
  try {
    const terms = parseJson(readFileSync(file === '-' ? 0 : file, 'utf8'))
    if (typeof terms === 'object' && terms !== null && !Array.isArray(terms)) return terms
    throw new SyntaxError('holds no object of terms')
  } catch (error) {
    const why = error instanceof Error ? error.message : 'cannot be read'
    throw new OfferError([`${file === '-' ? 'standard input' : file}: ${why}`])
  }
}

/** What the server would refuse is told here, before a buyer has it. */
async function assertFits(
  offer: string,
  configuration: unknown,
  secret: string | undefined,
): Promise<void> {
  const { data, error } = configurationSchema.safeParse(configuration)
  if (!data) throw new ConfigurationError(error.issues.map(describeIssue))
  const rules = {
    offerSecrets: offerSecretsSchema.parse(secret),
    checkouts: new Map(Object.entries(data.checkouts)),
    providers: new Set(Object.keys(data.providers)),
  }
  await verifyOffer(offer, undefined, rules, new Date())
}
