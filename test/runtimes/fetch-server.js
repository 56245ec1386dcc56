/** Coinslot called by `Bun.serve` or `Deno.serve`, as the documentation has it. */

/**
 * @typedef {(request: Request, source?: object) => Response | Promise<Response>} Fetch
 * @typedef {{ Bun?: { serve(options: object): void }, Deno?: { serve(options: object, fetch: Fetch): void } }} Runtime
 */

const { createCoinslot } = await import(new URL('../../dist/server/index.js', import.meta.url).href)
const port = Number(process.env['PORT'])
const publicUrl = `http://localhost:${port}/payments`

const coinslot = await createCoinslot({
  configuration: {
    publicUrl,
    providers: { sandbox: {} },
    checkouts: { mug: { provider: 'sandbox', currency: 'EUR', amount: '19.90' } },
    rateLimits: { perAddress: 1 },
  },
  environment: { ...process.env, DATABASE_URL: 'file::memory:' },
})

const { Bun, Deno } = /** @type {Runtime} */ (globalThis)
if (Bun) Bun.serve({ port, fetch: coinslot.fetch })
else Deno?.serve({ port, onListen() {} }, coinslot.fetch)
process.stdout.write(`Coinslot is listening on http://localhost:${port}\n`)
