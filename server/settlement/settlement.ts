/** From a provider's word to a settled session: webhooks are verified, the provider is asked, the store decides. */
import type { ConfiguredProvider } from '../configured-providers.ts'
import { ProviderNotFound, WebhookRejected } from '../errors.ts'
import type { Log } from '../log.ts'
import type { PaymentProvider, WebhookRequest } from '../providers/provider.ts'
import { openingKey, type SessionRecord } from '../session.ts'
import type { Attempt, Store } from '../store/store.ts'
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
   * Asks how a session stands at its provider, and settles it: about every provider session that was
   * opened for it, and after those that may have been.
   * @throws ProviderError where it did not answer about one of them; the others are settled
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
      const named = asked?.map((report) => Object.assign({ ...ownSession(told) }, report))
      const isDoubtful = asked && told.status === 'paid' && unknownStatus !== undefined
      await settleAll(isDoubtful ? [doubtOf(told, unknownStatus)] : (named ?? [told]))
    },

    async ask(session) {
      const adapter = providers.get(session.provider)?.adapter
      if (!adapter) return 'not_askable'
      const attempts = await store.findAttempts(session.id)
      if (!attempts.some(isInDoubt)) return gravest(await askAttempts(adapter, session, attempts))
      // Reports that name it may have come while the attempt that they are of was under way.
      const hasWaited = await store.settleWaiting(session.id, now())
      const known = await store.findAttempts(session.id)
      const outcomes = await askAttempts(adapter, session, known)
      return gravest(hasWaited ? ['changed', ...outcomes] : outcomes)
    },
  }

  async function askAttempts(
    adapter: PaymentProvider,
    session: SessionRecord,
    attempts: readonly Attempt[],
  ): Promise<AskOutcome[]> {
    const current = attempts.at(-1)
    const ends = await Promise.allSettled(
      attempts.map((attempt) => askAttempt(adapter, session, attempt, attempt === current)),
    )
    return ends.map((end) => {
      if (end.status === 'rejected') throw end.reason
      return end.value
    })
  }

  async function askAttempt(
    adapter: PaymentProvider,
    session: SessionRecord,
    attempt: Attempt,
    isCurrent: boolean,
  ): Promise<AskOutcome> {
    const reference = attempt.reference ?? (await findReference(adapter, session, attempt))
    const reports = reference === undefined ? undefined : await fetchReports(adapter, reference)
    if (!reports) return 'not_askable'
    const last = reports.at(-1)
    if (readUnknown(last, log) !== undefined) return 'unclear'
    const { id: sessionId } = session
    const own = reports.map((report) => Object.assign({}, report, { sessionId }))
    const hasChanged = await settleAll(own)
    // Money is on its way, by another attempt than the one that shows in the session's status.
    if (!isCurrent && last?.status === 'processing') return 'unclear'
    return hasChanged ? 'changed' : 'unchanged'
  }

  async function findReference(
    adapter: PaymentProvider,
    session: SessionRecord,
    attempt: Attempt,
  ): Promise<string | undefined> {
    if (!isInDoubt(attempt)) return undefined
    return adapter.findSession?.({ idempotencyKey: openingKey(session) })
  }
}

/** Whether the provider may have opened a session that we know no reference of. */
function isInDoubt({ reference, state }: Attempt): boolean {
  return reference === null && state !== 'failed'
}

/** What the outcomes for the attempts of one session come to together. */
function gravest(outcomes: readonly AskOutcome[]): AskOutcome {
  const order = ['unclear', 'changed', 'unchanged'] as const
  return order.find((outcome) => outcomes.includes(outcome)) ?? 'not_askable'
}

function ownSession({ sessionId }: PaymentReport): Pick<PaymentReport, 'sessionId'> {
  return sessionId === undefined ? {} : { sessionId }
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
