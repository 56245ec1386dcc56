/** What the sample shop sells: its pages show these prices, and its server asks for no others. */

export interface Good {
  readonly name: string
  /** In the shop's currency, a decimal string. */
  readonly price: string
}

export const CURRENCY = 'EUR'
/** Of one article in one cart. */
export const MOST = 9

export const GOODS = {
  mug: { name: 'Enamel mug', price: '19.90' },
  kettle: { name: 'Stovetop kettle', price: '64.00' },
  tray: { name: 'Speckled tray', price: '28.50' },
} as const satisfies Readonly<Record<string, Good>>

export type Sku = keyof typeof GOODS
