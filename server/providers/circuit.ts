/** The circuit of calls to one provider: when it fails again and again it is let alone, then tried by one call. */
import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  halfJitterGenerator,
  handleType,
  type IBackoffFactory,
} from 'cockatiel'
import {
  ProviderLetAlone,
  ProviderRejected,
  ProviderTimeout,
  ProviderUnavailable,
} from '../errors.ts'

export interface CircuitOptions {
  readonly provider: string
  /** So many failures, one after the other with no answer between them, and it is let alone. */
  readonly failures?: number
  /** For how long, in milliseconds; by default a second at first, up to half a minute while it keeps failing. */
  readonly pause?: number | IBackoffFactory<unknown>
  /** Called when it begins to be let alone, and when it answers again. */
  readonly onChange?: (isOpen: boolean) => void
}

/**
 * Makes one try of a call, or refuses to.
 * @throws ProviderLetAlone without waiting, where the provider is let alone
 */
export type Circuit = <T>(attempt: () => Promise<T>) => Promise<T>

const FAILURES = 10

export function createCircuit({
  provider,
  failures = FAILURES,
  pause = new ExponentialBackoff({
    initialDelay: 1_000,
    maxDelay: 30_000,
    generator: halfJitterGenerator,
  }),
  onChange,
}: CircuitOptions): Circuit {
  const breaker = circuitBreaker(handleType(ProviderUnavailable).orType(ProviderTimeout), {
    breaker: new ConsecutiveBreaker(failures),
    halfOpenAfter: pause,
  })
  let isOpen = false
  const tell = (next: boolean) => {
    if (next !== isOpen) onChange?.(next)
    isOpen = next
  }
  breaker.onBreak(() => tell(true))
  breaker.onReset(() => tell(false))

  return async (attempt) => {
    // Others would wait for the call that tries whether it is back, and the buyers with them.
    if (breaker.state === CircuitState.HalfOpen) throw letAlone(provider)
    try {
      const end = await breaker.execute(() => answered(attempt))
      if ('refusal' in end) throw end.refusal
      return end.value
    } catch (error) {
      throw error instanceof BrokenCircuitError ? letAlone(provider) : error
    }
  }
}

/** A refusal is an answer, too: the provider is there. */
async function answered<T>(
  attempt: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly refusal: ProviderRejected }> {
  try {
    return { value: await attempt() }
  } catch (error) {
    if (error instanceof ProviderRejected) return { refusal: error }
    throw error
  }
}

function letAlone(provider: string): ProviderLetAlone {
  const cause = new Error(`${provider}: failed too often, and is let alone for a moment`)
  return new ProviderLetAlone('the payment provider cannot be reached', {}, { cause })
}
