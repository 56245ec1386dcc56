/** `GET /v1/checkouts/{id}`: the terms of a checkout, for a page to show. */
import { Hono } from 'hono'
import { toCheckoutTerms } from '../checkout.ts'
import type { Config } from '../config.ts'
import { neededOf } from '../customer.ts'
import { CheckoutNotFound } from '../errors.ts'
import type { ConfiguredProvider } from '../configured-providers.ts'
import type { Env } from './guards.ts'

export function checkoutRoutes(
  config: Config,
  providers: ReadonlyMap<string, ConfiguredProvider>,
): Hono<Env> {
  return new Hono<Env>().get('/:id', (c) => {
    const id = c.req.param('id')
    const checkout = config.checkouts.get(id)
    if (!checkout) throw new CheckoutNotFound()
    c.header('Cache-Control', 'no-cache')
    const provider = providers.get(checkout.provider)
    const collect = neededOf(checkout, provider)
    return c.json(toCheckoutTerms(id, checkout, collect, provider?.test ?? false))
  })
}
