/** A server with a shop at Sprintcheckout, as a process of its own; says its port once it listens. */
import type { AddressInfo } from 'node:net'
import { createCoinslot } from '../../server/coinslot.ts'
import { createHttpServer } from '../../server/http-server.ts'

const terms = { provider: 'sprintcheckout', currency: 'USD', amount: '25.00' }
const coinslot = await createCoinslot({
  configuration: {
    providers: { sprintcheckout: {} },
    checkouts: { mug: { ...terms, successUrl: 'https://shop.example/thanks' } },
    rateLimits: { perAddress: 100_000, perCheckout: 100_000, perProvider: 100_000 },
  },
  environment: process.env,
  assets: new URL('./assets/', import.meta.url),
})
const server = createHttpServer(coinslot.fetch)
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
