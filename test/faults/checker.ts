/** Judges a run by the ten invariants. Pure: what was observed goes in, what was broken comes out. */
import type { Observed, Opening, SessionRow, Span, Told } from './observed.ts'
import type { LedgerSession } from './provider-words.ts'

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10'

export interface Violation {
  readonly invariant: Invariant
  readonly told: string
}

interface Judge {
  readonly promise: string
  /** It holds once the faults have ended and everything was given its time; the others hold at any moment. */
  readonly atRest: boolean
  find(observed: Observed): readonly string[]
}

/** An open session past its end may wait for one more look of the reconciler. */
const RECONCILE_MS = 60_000

/** As long as an answer is kept. */
const KEY_LIFE_MS = 24 * 60 * 60 * 1000

const FINAL: ReadonlySet<string> = new Set(['paid', 'failed', 'canceled', 'expired', 'refunded'])

/** Answers that leave open whether the provider was called. */
const UNKNOWN_ENDS: ReadonlySet<number | undefined> = new Set([undefined, 500, 502, 503, 504])

export const INVARIANTS: Readonly<Record<Invariant, Judge>> = {
  I1: { promise: 'what was acknowledged is never lost', atRest: false, find: findLost },
  I2: { promise: 'one session for one intent', atRest: true, find: findSecondSessions },
  I3: { promise: 'paid only where the provider has the money', atRest: false, find: findUnpaid },
  I4: { promise: 'money is found, or flagged', atRest: true, find: findUnseenMoney },
  I5: { promise: 'the merchant is told once of each change', atRest: true, find: findMistold },
  I6: { promise: 'a status never goes back', atRest: false, find: findReturns },
  I7: { promise: 'the same question has the same answer', atRest: false, find: findOtherAnswers },
  I8: { promise: 'no secret leaves the server', atRest: false, find: findLeaks },
  I9: { promise: 'nothing stays open past its end', atRest: true, find: findOverdue },
  I10: { promise: 'a webhook is acknowledged once it is kept', atRest: false, find: findUnkept },
}

/** @param when `atRest` once faults have ended, and everything was done that they held up */
export function check(observed: Observed, when: 'anytime' | 'atRest'): Violation[] {
  return Object.entries(INVARIANTS)
    .filter(([, { atRest }]) => when === 'atRest' || !atRest)
    .flatMap(([invariant, { find }]) =>
      find(observed).map((told) => ({ invariant: invariant as Invariant, told })),
    )
}

function findLost({ openings, rows, at }: Observed): string[] {
  const sessions = new Map(rows.sessions.map((row) => [row.id, row]))
  const answers = new Map(rows.intents.map(({ key, answer }) => [key, answer]))
  return openings.filter(isMade).flatMap((opening) => {
    const { id, redirectUrl } = readSession(opening)
    const row = sessions.get(id)
    if (!row) return [`${opening.key} was acknowledged, and its session is gone`]
    if (!row.reference || (redirectUrl && !redirectUrl.includes(row.reference)))
      return [`${opening.key} was sent to a page that no payment will be matched to`]
    if (row.amount !== opening.amount) return [`${opening.key} has another amount`]
    const isForgotten = at.getTime() - Date.parse(row.created_at) > KEY_LIFE_MS
    if (isForgotten || answers.get(opening.key)) return []
    return [`${opening.key} was answered, and the answer is gone`]
  })
}

function findSecondSessions({ openings, freezes, rows, ledger }: Observed): string[] {
  const byKey = groupBy(rows.sessions, ({ client_reference_id: key }) => key ?? '')
  const byOrder = groupBy(ledger, ({ order }) => order)
  const attempts = groupBy(rows.attempts, ({ session_id: session }) => session)
  const ids = new Set(rows.sessions.map(({ id }) => id))
  const found = ledger
    .filter(({ order }) => !ids.has(order))
    .map(({ reference }) => `the provider's ${reference} is of no session of ours`)
  for (const [key, tries] of groupBy(openings, ({ key }) => key)) {
    const sessions = byKey.get(key) ?? []
    const pages = new Set(
      tries.filter(isMade).flatMap((opening) => readSession(opening).redirectUrl ?? []),
    )
    const atProvider = sessions.flatMap(({ id }) => byOrder.get(id) ?? [])
    const unknown = tries.filter((opening) => isUnknown(opening, freezes)).length
    // Kadosei makes one session of one key, however often it is told to.
    const most = tries[0]?.provider === 'kadosei' ? 1 : 1 + unknown
    if (sessions.length > 1) found.push(`${key} has ${sessions.length} sessions`)
    if (pages.size > 1) found.push(`${key} was shown ${pages.size} payable pages`)
    if (atProvider.length > most) found.push(`${key} has ${atProvider.length} sessions there`)
    const known = sessions.reduce((sum, { id }) => sum + 1 + (attempts.get(id)?.length ?? 0), 0)
    if (atProvider.length > known) found.push(`${key} has sessions there that nobody knows of`)
  }
  return found
}

/** Whether the provider may have been called, and nobody knows; another may have taken a frozen server's work over. */
function isUnknown(opening: Opening, freezes: readonly Span[]): boolean {
  if (UNKNOWN_ENDS.has(opening.status)) return true
  return opening.status === 409 && freezes.some((freeze) => overlap(freeze, opening))
}

function overlap(one: Span, other: Span): boolean {
  return one.startedAt < other.endedAt && other.startedAt < one.endedAt
}

function findUnpaid({ rows, ledger }: Observed): string[] {
  const money = new Map(ledger.filter(hasMoney).map((entry) => [entry.reference, entry]))
  return rows.sessions
    .filter(({ status }) => status === 'paid' || status === 'refunded')
    .flatMap(({ id, reference, amount, currency }) => {
      const paid = money.get(reference ?? '')
      if (!paid) return [`${id} is paid, and the provider has no money for it`]
      const isSame = paid.amount === amount && paid.currency === currency
      return isSame ? [] : [`${id} is paid ${amount} ${currency}, the provider has another sum`]
    })
}

function findUnseenMoney({ rows, ledger }: Observed): string[] {
  const byReference = new Map(rows.sessions.map((row) => [row.reference, row]))
  return ledger.filter(hasMoney).flatMap((entry) => {
    const row = byReference.get(entry.reference)
    if (!row) return [`money for ${entry.reference}, which no session has`]
    if (isAsPaid(row, entry)) return []
    const stands = `${row.status} ${row.exception ?? ''}`.trim()
    return [`${entry.reference} came to ${entry.happened.join(', ')} there, and is ${stands}`]
  })
}

/** In these runs each buyer pays once, exactly, and in time: only what had ended there before may be `late`. */
function isAsPaid({ status, exception }: SessionRow, { happened }: LedgerSession): boolean {
  if (exception !== null) return exception === 'late' && happened[0] !== 'paid'
  return happened.at(-1) === 'refunded' ? status === 'refunded' : status === 'paid'
}

function findMistold({ rows, told, isRestored }: Observed): string[] {
  const bySession = groupBy(told, ({ session }) => session)
  const changedCopies = [...groupBy(told, ({ id }) => id)]
    .filter(([, copies]) => !isRestored && new Set(copies.map(({ body }) => body)).size > 1)
    .map(([id]) => `${id} came with different bytes`)
  const miscounted = rows.sessions.flatMap((row) => {
    const effects = [...firstCopies(bySession.get(row.id) ?? [])].map(({ type }) => type).toSorted()
    const expected = expectedTypes(row).toSorted()
    return effects.join() === expected.join()
      ? []
      : [`of ${row.id} (${row.status}) the merchant was told ${effects.join(', ') || 'nothing'}`]
  })
  const undelivered = rows.outbox.filter(
    ({ destination, due_at }) => destination === 'url' && due_at !== null,
  )
  const waiting = undelivered.length > 0 ? [`${undelivered.length} messages are not delivered`] : []
  return [...changedCopies, ...miscounted, ...waiting]
}

function expectedTypes({ status, exception }: SessionRow): string[] {
  const flagged = exception === null ? [] : ['session.flagged']
  if (status === 'pending') return flagged
  const earlier = status === 'refunded' ? ['session.paid'] : []
  return [...earlier, `session.${status}`, ...flagged]
}

function findReturns({ looks, told }: Observed): string[] {
  const seen = [...groupBy(looks, ({ session }) => session)].flatMap(([session, seen]) =>
    seen
      .filter((look) => seen.some((later) => isAfter(later, look) && goesBack(look, later)))
      .map(({ status }) => `${session} was seen as ${status}, and then as something before that`),
  )
  const heard = [...groupBy(told, ({ session }) => session)].flatMap(([session, told]) =>
    pairs(firstCopies(told))
      .filter(([one, other]) => goesBack(one, other))
      .map(([one, other]) => `${session} was told to be ${one.status}, then ${other.status}`),
  )
  return [...seen, ...heard]
}

function isAfter(later: Span, look: Span): boolean {
  return later.startedAt > look.endedAt
}

function goesBack(one: { readonly status: string }, other: { readonly status: string }): boolean {
  if (one.status === other.status) return false
  if (one.status === 'paid') return other.status !== 'refunded'
  return FINAL.has(one.status) || other.status === 'pending'
}

function findOtherAnswers({ openings }: Observed): string[] {
  return [...groupBy(openings.filter(isMade), ({ key }) => key)]
    .filter(([, answers]) => new Set(answers.map(({ body }) => body)).size > 1)
    .map(([key]) => `${key} was answered in different words`)
}

function findLeaks({ words, secrets }: Observed): string[] {
  return secrets
    .filter((secret) => words.some((text) => text.includes(secret)))
    .map((secret) => `${secret} left the server`)
}

function findOverdue({ rows, at }: Observed): string[] {
  return rows.sessions
    .filter(({ status }) => !FINAL.has(status))
    .filter(({ expires_at }) => Date.parse(expires_at) + RECONCILE_MS < at.getTime())
    .map(({ id, status }) => `${id} is still ${status} past its end`)
}

function findUnkept({ deliveries, rows }: Observed): string[] {
  const kept = new Set(
    rows.reports
      .filter(({ status }) => status === 'paid' || status === 'refunded')
      .map(({ provider, reference }) => `${provider} ${reference}`),
  )
  return deliveries
    .filter(
      ({ status, webhook }) => status !== undefined && status < 300 && webhook.what === 'paid',
    )
    .filter(({ webhook: { provider, reference } }) => !kept.has(`${provider} ${reference}`))
    .map(({ webhook }) => `the payment of ${webhook.reference} was acknowledged, and is not kept`)
}

function isMade({ status }: Opening): boolean {
  return status === 201
}

/** There is a page to go to only as long as nobody has paid. */
function readSession({ body }: Opening): { id: string; redirectUrl?: string } {
  return JSON.parse(body) as { id: string; redirectUrl?: string }
}

function hasMoney({ happened }: LedgerSession): boolean {
  return happened.includes('paid')
}

/** What a merchant acts on who does nothing twice for one id. */
function firstCopies(told: readonly Told[]): Told[] {
  const ids = told.map(({ id }) => id)
  return told.filter(({ id }, place) => ids.indexOf(id) === place)
}

function pairs<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((one, place) => list.slice(place + 1).map((other): [T, T] => [one, other]))
}

function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of list) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}
