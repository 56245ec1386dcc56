/** A buyer as types alone, for the widget's own types: those of the schemas would bring zod along. */

export interface Address {
  line1: string
  line2?: string | undefined
  city: string
  state?: string | undefined
  postalCode?: string | undefined
  /** ISO 3166-1 alpha-2. */
  country: string
}

/** Passed through to the provider, never stored. */
export interface Customer {
  firstName?: string | undefined
  lastName?: string | undefined
  email?: string | undefined
  phone?: string | undefined
  billingAddress?: Address | undefined
  shippingAddress?: Address | undefined
}
