/** What Coinslot asks of a payment provider; an adapter says what is special about one and no more. */
import type { z } from 'zod'
import type { Customer } from '../contract/customer.ts'
import type { CustomerPart } from '../contract/schemas.ts'
import type { PaymentReport } from '../settlement/settle.ts'
import type { ProviderHttp } from './http.ts'

export interface PaymentProvider {
  readonly id: string
  readonly capabilities: {
    /** The amount of an open session can be changed. */
    readonly update: boolean
    /** A session can be asked for, so that a lost or doubtful webhook heals. */
    readonly status: boolean
    /** The same create call may be sent twice: the provider honours `ProviderCall.idempotencyKey`. */
    readonly idempotent: boolean
    /** One session may take several payments. */
    readonly staticOrders: boolean
  }
  createSession(order: Order, call: ProviderCall): Promise<ProviderSession>
  /**
   * Finds the session that such a call made when no answer came to it.
   * @returns its reference; undefined where the call made none
   */
  findSession?(call: ProviderCall): Promise<string | undefined>
  updateSession?(reference: string, order: Order, call: ProviderCall): Promise<ProviderSession>
  /**
   * Asks how a session stands now. Where a provider has this, its webhooks are only a reason to ask;
   * they are believed themselves only when there is no such call after all.
   * @returns how it stands, or all that became of it in its order, where the provider tells that;
   * undefined where the provider does not answer this question
   */
  fetchReport?(reference: string): Promise<PaymentReport | readonly PaymentReport[] | undefined>
  /**
   * Verifies a webhook over its raw bytes, then reads it; undefined where it tells of nothing we follow.
   * @throws WebhookRejected when it cannot be proven to be the provider's
   */
  readWebhook(request: WebhookRequest): Promise<PaymentReport | undefined>
  /** Where the provider has no page to redirect to, how a page of ours opens the payment. */
  readonly bridge?: ProviderBridge
}

/** A payment that a browser SDK opens, on a page of this server's. */
export interface ProviderBridge {
  /** The provider's script, and the attributes that it reads its settings from; public. */
  readonly sdk: { readonly url: string; readonly attributes: Readonly<Record<string, string>> }
  /** Our own module beside it, which exports `open(payment, { onSuccess, onCancel, onError })`. */
  readonly script: string
  /** Origins that the SDK calls and frames. */
  readonly origins: readonly string[]
  /**
   * Reads what `createSession` handed over: the `payment` that the module opens.
   * @returns undefined where it cannot be read any more
   */
  readHandoff(sessionId: string, handoff: string): Promise<unknown>
}

/** What the buyer is to pay, as the policy has decided it. */
export interface Order {
  readonly sessionId: string
  /** In minor units of `currency`. */
  readonly amount: bigint
  readonly currency: string
  readonly minAmount: bigint | undefined
  readonly description: string | undefined
  readonly orderId: string | undefined
  readonly orderType: 'TRANSIENT' | 'STATIC'
  readonly editableAtProvider: boolean
  readonly kuvarpay: KuvarPayTerms | undefined
  /** Where the buyer goes afterwards: the merchant's own pages, with `coinslot_session` added. */
  readonly successUrl: string | undefined
  readonly cancelUrl: string | undefined
  readonly failUrl: string | undefined
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly locale: string | undefined
  readonly customer: Customer | undefined
  readonly metadata: Readonly<Record<string, string>> | undefined
  /** Where there are any, they, the shipping and the tax add up to `amount`. */
  readonly items: readonly OrderItem[]
  readonly shipping: OrderShipping | undefined
  /** In minor units. */
  readonly tax: bigint | undefined
}

export interface OrderItem {
  readonly name: string
  readonly sku: string | undefined
  readonly quantity: number
  /** In minor units. */
  readonly unitPrice: bigint
}

export interface OrderShipping {
  readonly type: string | undefined
  readonly method: string | undefined
  /** In minor units. */
  readonly amount: bigint | undefined
}

/** What a checkout may say to KuvarPay alone. */
export interface KuvarPayTerms {
  readonly fromCurrency?: string | undefined
  readonly fromNetwork?: string | undefined
  /** In percent. */
  readonly paymentTolerance?: number | undefined
  readonly refundAddress?: string | undefined
}

export interface ProviderCall {
  /** The same for every try at the same thing. */
  readonly idempotencyKey: string
}

export interface ProviderSession {
  readonly reference: string
  /** Not yet checked against the provider's list of hosts. */
  readonly redirectUrl: string
  readonly expiresAt?: Date
  /** For the bridge page alone, sealed, so that whoever reads the store cannot read it. */
  readonly handoff?: string
}

export interface WebhookRequest {
  readonly headers: Headers
  readonly body: Uint8Array
}

/** How an adapter is made known: what it may be told, which secrets it needs, where its pages live. */
export interface ProviderDefinition<Settings extends z.ZodObject = z.ZodObject> {
  readonly id: string
  /** No real money moves. */
  readonly test: boolean
  /** What the configuration file may say under `providers.<id>`, beside `redirectHosts`. */
  readonly settings: Settings
  /** Environment variables that must be set; without one of them the start is refused. */
  readonly secrets: readonly string[]
  /** More of them, which the settings make necessary; these may be written wrongly. */
  secretsFor?(settings: Readonly<Record<string, unknown>>): readonly string[]
  /**
   * The provider's API, unless `<PROVIDER>_BASE_URL` names another; a path for one in this server.
   * Undefined where only the operator knows it: then the configuration has a `baseUrl`, too, whose
   * host is one that a redirect URL may name.
   */
  readonly baseUrl: string | undefined
  /** One session may take several payments; none can by default. */
  readonly staticOrders?: true
  /** What of the customer it cannot do without; nothing by default. */
  readonly needsCustomer?: readonly CustomerPart[]
  /** Hosts that a redirect URL may name, unless the configuration names others. */
  readonly redirectHosts: readonly string[]
  create(setup: ProviderSetup<z.output<Settings>>): PaymentProvider
}

export interface ProviderSetup<Settings> {
  readonly settings: Settings
  readonly secrets: Readonly<Record<string, string | undefined>>
  /** Without a slash at its end. */
  readonly baseUrl: string
  /** Where this server takes the provider's webhooks. */
  readonly webhookUrl: string
  /** The page of this server that opens a session's payment; see `ProviderBridge`. */
  readonly bridgeUrl: (sessionId: string) => string
  readonly http: ProviderHttp
  readonly now: () => Date
}
