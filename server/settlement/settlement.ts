/** From a provider's word to a settled session: webhooks are verified, the provider is asked, the store decides. */
import type { ConfiguredProvider } from '../configured-providers.ts'
import { ProviderNotFound, WebhookRejected } from '../errors.ts'
import type { Log } from '../log.ts'
import type { PaymentProvider, WebhookRequest } from '../providers/provider.ts'
import type { SessionRecord } from '../session.ts'
import type { Store } from '../store/store.ts'
import { shareCalls } from './share-calls.ts'
import type { PaymentReport } from './settle.ts'

export interface SettlementDeps {
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly store: Store
  readonly log: Log
  readonly now: () => Date
}

/** What asking about a session came to; `unclear` where it stands at a status that we do not know. */
export type AskOutcome = 'not_askable' | 'unclear' | 'unchanged' | 'changed'

export interface Settlement {
  /**
   * Takes a webhook; when this resolves, what it told is durable. Where the provider can be asked, its
   * webhooks are only a reason to ask, and its present state is what counts.
   * @throws ProviderNotFound
   * @throws WebhookRejected where it cannot be proven to be the provider's
   * @throws ProviderError where the provider cannot be asked now: it will send the webhook again
   */
  receive(providerId: string, request: WebhookRequest): Promise<void>
  /**
   * Asks how a session stands at its provider, and settles it.
   * @throws ProviderError where it did not answer
   */
  ask(session: SessionRecord): Promise<AskOutcome>
}

export function createSettlement({ providers, store, log, now }: SettlementDeps): Settlement {
  const fetchReports = shareCalls(
    async (adapter: PaymentProvider, reference: string) => {
      const answer = await adapter.fetchReport?.(reference)
      return answer && [answer].flat()
    },
    ({ id }, reference) => `${id} ${reference}`,
  )

  /** @returns whether any of them changed a session */
  async function settleAll(reports: readonly PaymentReport[]): Promise<boolean> {
    let hasChanged = false
    for (const report of reports) hasChanged = !!(await store.settle(report, now())) || hasChanged
    return hasChanged
  }

  return {
    async receive(providerId, request) {
      const adapter = providers.get(providerId)?.adapter
      if (!adapter) throw new ProviderNotFound()
      const told = await readWebhook(adapter, request, log)
      if (!told) return log.info({ provider: providerId }, 'a webhook of nothing that is followed')
      const asked = await fetchReports(adapter, told.reference)
      const stand = asked?.at(-1)
      const unknownStatus = readUnknown(stand ?? told, log)
      if (stand && stand.status !== told.status) {
        const { eventId: event } = told
        const statuses = { told: told.status, asked: stand.status }
        log.info({ provider: providerId, event, ...statuses }, 'the provider stands elsewhere now')
      }
      const isDoubtful = asked && told.status === 'paid' && unknownStatus !== undefined
      await settleAll(isDoubtful ? [doubtOf(told, unknownStatus)] : (asked ?? [told]))
    },

    async ask({ provider, reference }) {
      const adapter = providers.get(provider)?.adapter
      if (!adapter || reference === null) return 'not_askable'
      const reports = await fetchReports(adapter, reference)
      if (!reports) return 'not_askable'
      if (readUnknown(reports.at(-1), log) !== undefined) return 'unclear'
      return (await settleAll(reports)) ? 'changed' : 'unchanged'
    },
  }
}

/** The status that we do not know, if there is one: the operator has to look up what it means. */
function readUnknown(report: PaymentReport | undefined, log: Log): string | undefined {
  if (report?.unknownStatus === undefined) return undefined
  const { provider, unknownStatus } = report
  const status = /^[\w-]{1,40}$/.test(unknownStatus) ? unknownStatus : 'no word'
  log.warn({ provider, status }, 'the provider tells a status that is not known')
  return unknownStatus
}

/** What is told as paid and cannot be made out: no amount of it is believed, so that a person looks. */
function doubtOf(
  { provider, eventId, reference, status }: PaymentReport,
  unknownStatus: string,
): PaymentReport {
  return { provider, eventId: `${eventId} unclear`, reference, status, unknownStatus }
}

async function readWebhook(
  adapter: PaymentProvider,
  request: WebhookRequest,
  log: Log,
): Promise<PaymentReport | undefined> {
  try {
    return await adapter.readWebhook(request)
  } catch (error) {
    if (!(error instanceof WebhookRejected)) throw error
    // Why is for the operator; whoever sent it learns only that it was refused.
    log.warn({ provider: adapter.id, reason: error.message }, 'webhook refused')
    throw new WebhookRejected('this could not be verified to be a webhook of the provider')
  }
}
