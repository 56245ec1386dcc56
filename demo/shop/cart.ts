/** The cart: what is in it, kept in the browser, and what it comes to at the shop's prices. */
import { parseAmount } from '../../server/contract/money.ts'
import { CURRENCY, GOODS, MOST, type Sku } from '../../server/demo/goods.ts'

export interface Line {
  readonly sku: Sku
  readonly quantity: number
}

/** The id is the order's, too: new for each order, the same for each try to pay it. */
export interface Cart {
  readonly id: string
  readonly lines: readonly Line[]
}

const KEY = 'kiln-and-kettle'

export function newCart(): Cart {
  return { id: crypto.randomUUID(), lines: [] }
}

/** Sets how many of an article are in it; none takes it out. */
export function withQuantity({ id, lines }: Cart, sku: Sku, quantity: number): Cart {
  const most = Math.min(quantity, MOST)
  const isNew = !lines.some((line) => line.sku === sku)
  const all = isNew ? [...lines, { sku, quantity: most }] : lines
  return {
    id,
    lines: all
      .map((line) => (line.sku === sku ? { sku, quantity: most } : line))
      .filter((line) => line.quantity > 0),
  }
}

export function quantityOf({ lines }: Cart, sku: Sku): number {
  return lines.find((line) => line.sku === sku)?.quantity ?? 0
}

/** What so many of an article cost, in minor units. */
export function priceOf({ sku, quantity }: Line): bigint {
  const price = parseAmount(GOODS[sku].price, CURRENCY)
  return typeof price === 'bigint' ? price * BigInt(quantity) : 0n
}

/** In minor units. */
export function sumOf({ lines }: Cart): bigint {
  return lines.reduce((sum, line) => sum + priceOf(line), 0n)
}

/** The cart of the last visit; a new one where there is none, or none that can be read. */
export function loadCart(): Cart {
  try {
    const { id, lines } = JSON.parse(localStorage.getItem(KEY) ?? '') as Cart
    const known = lines.filter(({ sku, quantity }) => sku in GOODS && Number.isInteger(quantity))
    return { id: String(id), lines: known }
  } catch {
    return newCart()
  }
}

export function saveCart(cart: Cart): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(cart))
  } catch {
    // It is not kept where the browser keeps nothing; it can be paid all the same.
  }
}
