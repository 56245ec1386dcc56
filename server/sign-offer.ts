/** Signing offers, where the merchant's own back end runs on Node: its mistakes are told here, not to a buyer. */
import { SignJWT, type JWTPayload } from 'jose'
import { MAX_OFFER_LENGTH } from './contract/schemas.ts'
import { LONGEST_LIFE_S } from './offer.ts'
import { offerSecretsSchema } from './offer-secrets.ts'
import { offerProblems, type OfferTerms } from './offer-terms.ts'

export interface SignOfferOptions {
  /** As the server has it in `COINSLOT_SECRET`; of a comma-separated list the first one signs. */
  readonly secret: string | undefined
  /**
   * For how long a payment may be begun: seconds, or a span such as `'90m'`, `'2h'`, `'7d'`. (The terms'
   * own `expiresIn` says how long it may then take.)
   */
  readonly expiresIn: number | string
  readonly now?: () => Date
}

/** Nothing was signed; the message lists every problem with the key that it is about. */
export class OfferError extends Error {
  override readonly name = 'OfferError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(['this offer cannot be signed', ...problems].join('\n  - '))
    this.problems = problems
  }
}

/**
 * Signs the terms of an order, for the `offer` attribute of the element or for `/pay?offer=…`.
 * @returns a JWT (HS256)
 * @throws OfferError with all problems at once
 */
export async function signOffer(
  terms: OfferTerms,
  { secret, expiresIn, now = () => new Date() }: SignOfferOptions,
): Promise<string> {
  const life = toSeconds(expiresIn)
  const problems = [
    ...offerProblems(terms),
    ...secretProblems(secret),
    ...(life === undefined ? [`expiresIn: ${LIFE}`] : []),
  ]
  if (secret === undefined || life === undefined || problems.length > 0) {
    throw new OfferError(problems)
  }
  const [key] = offerSecretsSchema.parse(secret)
  const iat = Math.floor(now().getTime() / 1000)
  const token = await new SignJWT({ ...terms, iat, exp: iat + life } as JWTPayload)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(key))
  if (token.length <= MAX_OFFER_LENGTH) return token
  throw new OfferError([
    `it would have ${token.length} characters, and ${MAX_OFFER_LENGTH} are the most: say it with fewer items, or in fewer words`,
  ])
}

function secretProblems(secret: string | undefined): string[] {
  if (!secret) return ['secret: is needed, and is what the server has as COINSLOT_SECRET']
  const { error } = offerSecretsSchema.safeParse(secret)
  return (error?.issues ?? []).map(({ message }) => `secret: ${message}`)
}

const LIFE = 'must be whole seconds, or a span such as 90m, 2h or 7d; 366 days are the most'
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

function toSeconds(life: number | string): number | undefined {
  const [, count, unit = 's'] = /^([1-9]\d{0,8})([smhd]?)$/.exec(String(life)) ?? []
  const seconds = Number(count) * (SECONDS[unit || 's'] ?? 1)
  return seconds <= LONGEST_LIFE_S ? seconds : undefined
}
