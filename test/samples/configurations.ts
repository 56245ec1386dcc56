/** Reads samples of JSON by what the server itself reads them by. */
import { expect } from 'vitest'
import { z } from 'zod'
import { parseConfig } from '../../server/config.ts'
import * as schemas from '../../server/contract/schemas.ts'
import type { Sample } from './read-samples.ts'
import { SECRETS } from './surroundings.ts'

const CHECKOUT = {
  provider: 'sandbox',
  currency: 'USD',
  amount: '25.00',
  successUrl: 'https://shop.example/thanks',
  cancelUrl: 'https://shop.example/donate',
}

const WHOLE = {
  publicUrl: 'https://pay.shop.example',
  origins: ['https://shop.example'],
  providers: { sandbox: {} },
  checkouts: { sample: CHECKOUT },
}

/** How a part of a configuration becomes a whole one. */
const WHOLES: Readonly<Record<string, (part: object) => unknown>> = {
  configuration: (part) => part,
  part: (part) => ({ ...WHOLE, ...part }),
  checkout: (part) => ({ ...WHOLE, checkouts: { sample: { ...CHECKOUT, ...part } } }),
}

/** @throws ConfigurationError with all that is wrong with it */
export function readConfiguration({ code, words }: Sample): void {
  const part = JSON.parse(code) as object
  const kind = words.get('as') ?? 'configuration'
  const toWhole = WHOLES[kind]
  if (toWhole) {
    const config = parseConfig(toWhole(part), SECRETS)
    expect(config.checkouts.size).toBeGreaterThan(0)
    return
  }
  // What the server answers, by the shape's name in the HTTP interface.
  const schema = Object.values(schemas).find(
    (candidate) => candidate instanceof z.ZodType && z.globalRegistry.get(candidate)?.id === kind,
  )
  if (!(schema instanceof z.ZodType)) throw new Error(`nothing is read as ${kind}`)
  expect(schema.safeParse(part).error).toBeUndefined()
}
