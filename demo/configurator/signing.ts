/** Has the terms that were changed signed by the demo's server, so that what is shown can really be paid. */
import type { Problem } from '../../server/contract/schemas.ts'
import type { Setup } from './setup.ts'

/** What the server signs, by the attribute that says it. */
const TERMS = {
  currency: (text: string) => ({ currency: text }),
  amount: (text: string) => ({ amount: text }),
  'min-amount': (text: string) => ({ minAmount: text }),
  'max-amount': (text: string) => ({ maxAmount: text }),
  editable: (text: string) => ({ editable: text === 'true' }),
  presets: (text: string) => ({ presets: text.split(/\s+/).filter(Boolean) }),
  description: (text: string) => ({ description: text }),
} as const

export interface Signed {
  readonly offer: string
  readonly terms: Readonly<Record<string, unknown>>
}

/** Undefined where the sample's terms are as they were, or an offer was brought along. */
export function changedTerms(setup: Setup): object | undefined {
  if ('offer' in setup) return undefined
  const changed = Object.entries(TERMS).flatMap(([name, write]) => {
    const text = setup[name]
    return text === undefined ? [] : [write(text)]
  })
  return changed.length === 0
    ? undefined
    : Object.assign({ checkout: setup['checkout'] }, ...changed)
}

/** @throws Error with what is wrong with the terms, for the merchant to read */
export async function signTerms(terms: object, signal: AbortSignal): Promise<Signed> {
  const answer = await fetch('/demo/offers', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(terms),
    signal,
  })
  if (answer.ok) return (await answer.json()) as Signed
  const problem = (await answer.json().catch(() => ({}))) as Partial<Problem>
  throw new Error(problem.detail ?? `The server answered ${answer.status}.`)
}
