/** What the fake providers' process can be told and asked. */
import type { Fault } from '../server/providers/fake-provider.ts'

export type ProviderId = 'kadosei' | 'sprintcheckout'

/** Each is searched for in everything that leaves the server. */
export const KEYS = {
  KADOSEI_API_KEY: 'ks_test_canary_kadosei_api_key',
  KADOSEI_WEBHOOK_SECRET: 'canary_kadosei_webhook_secret',
  SPRINTCHECKOUT_API_KEY: 'canary_sprintcheckout_api_key',
  SPRINTCHECKOUT_WEBHOOK_KEY: 'canary_sprintcheckout_webhook_key',
} as const

/** What really becomes of a session at its provider. */
export type Happening = 'paid' | 'failed' | 'expired' | 'refunded'

/** A session as its provider has it. */
export interface LedgerSession {
  readonly provider: ProviderId
  readonly reference: string
  /** Our session, as we have named it to the provider. */
  readonly order: string
  readonly amount: string
  readonly currency: string
  readonly happened: readonly Happening[]
}

export interface ProviderWebhook {
  readonly provider: ProviderId
  readonly reference: string
  readonly what: Happening
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface ProviderWords {
  /** By provider, the port that it listens on. */
  addresses(): Promise<Readonly<Record<ProviderId, number>>>
  /** Meets the next requests with these faults. */
  next(provider: ProviderId, faults: readonly Fault[]): Promise<void>
  /** Forgets the faults that nothing has met yet. */
  heal(): Promise<void>
  /** Something becomes of a session; what the provider would tell of it. */
  happen(provider: ProviderId, reference: string, what: Happening): Promise<ProviderWebhook>
  ledger(): Promise<readonly LedgerSession[]>
  /** What requests were not as documented. */
  complaints(): Promise<readonly string[]>
}
