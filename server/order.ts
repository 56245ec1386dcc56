/** What a provider is told to collect: a session's terms, with the way back to the merchant's pages. */
import type { Checkout } from './checkout-schema.ts'
import { isEditableAtProvider, minorUnits } from './checkout.ts'
import type { Customer } from './contract/customer.ts'
import { parseAmount } from './contract/money.ts'
import type { Order } from './providers/provider.ts'
import type { SessionRecord } from './session.ts'

const RETURN_URLS = ['successUrl', 'cancelUrl', 'failUrl'] as const

/** The merchant's return URLs with their paths joined to the page's origin. */
export function withReturnUrls(checkout: Checkout, origin: string): Checkout {
  const urls = RETURN_URLS.flatMap((key) => {
    const url = checkout[key]
    return url === undefined ? [] : [[key, new URL(url, origin).href] as const]
  })
  return { ...checkout, ...Object.fromEntries(urls) }
}

export type ReturnUrls = Pick<Order, (typeof RETURN_URLS)[number]>

/** Where the merchant wants a session's buyer back, with the session's id added. */
export function returnUrls({ id, checkout }: SessionRecord): ReturnUrls {
  const returnTo = (url: string | undefined) => url && withSessionId(url, id)
  return {
    successUrl: returnTo(checkout.successUrl),
    cancelUrl: returnTo(checkout.cancelUrl),
    failUrl: returnTo(checkout.failUrl),
  }
}

/** @param amount in minor units of the session's currency */
export function toOrder(
  session: SessionRecord,
  amount: bigint,
  customer: Customer | undefined,
): Order {
  const { checkout } = session
  return {
    sessionId: session.id,
    amount,
    currency: session.currency,
    minAmount: minorUnits(checkout, 'minAmount'),
    description: checkout.description,
    orderId: checkout.orderId,
    orderType: checkout.orderType,
    editableAtProvider: isEditableAtProvider(checkout),
    kuvarpay: checkout.kuvarpay,
    ...returnUrls(session),
    createdAt: session.createdAt,
    expiresAt: session.expiresAt,
    locale: session.locale ?? undefined,
    customer,
    metadata: checkout.metadata,
    ...toParts(checkout),
  }
}

function toParts({
  items = [],
  shipping,
  tax,
  currency,
}: Checkout): Pick<Order, 'items' | 'shipping' | 'tax'> {
  return {
    items: items.map(({ name, sku, quantity, unitPrice }) => ({
      name,
      sku,
      quantity,
      unitPrice: toMinor(unitPrice, currency),
    })),
    shipping: shipping && {
      type: shipping.type,
      method: shipping.method,
      amount: shipping.amount === undefined ? undefined : toMinor(shipping.amount, currency),
    },
    tax: tax === undefined ? undefined : toMinor(tax, currency),
  }
}

/** @throws RangeError on text that the checkout's schema would have refused */
function toMinor(text: string, currency: string): bigint {
  const minor = parseAmount(text, currency)
  if (typeof minor !== 'bigint') throw new RangeError(`a checked amount is ${minor}`)
  return minor
}

/** Adds our parameter and leaves the merchant's own query as it was written. */
function withSessionId(text: string, id: string): string {
  const url = new URL(text)
  url.search += `${url.search ? '&' : '?'}coinslot_session=${id}`
  return url.href
}
