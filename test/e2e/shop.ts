/** A merchant's shop on an origin of its own, and a Coinslot server that takes its payments. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { openBrowser } from './browser.ts'
import { startServer, type ServerProcess } from './server-process.ts'

export interface ShopPage {
  readonly html: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Shop {
  readonly url: string
  /** Puts a page on the shop's site; answers its address. Really there, and not made by the test's browser. */
  publish(path: string, page: ShopPage): string
  close(): void
}

export async function openShop(): Promise<Shop> {
  const pages = new Map<string, ShopPage>()
  const site = createServer((request, response) => {
    const page = pages.get(new URL(request.url ?? '/', 'http://shop').pathname)
    // A browser asks for an icon by itself.
    if (!page) return response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end()
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...page.headers })
    return response.end(page.html)
  }).listen(0)
  await once(site, 'listening')
  const url = `http://localhost:${(site.address() as AddressInfo).port}`
  const publish = (path: string, page: ShopPage) => {
    pages.set(path, page)
    return url + path
  }
  const close = () => {
    site.close()
    site.closeAllConnections()
  }
  return { url, publish, close }
}

/** A server with a donation and a mug to pay for, that sends the buyer back to the shop's `/thanks`. */
export function startServerFor(shop: Shop): Promise<ServerProcess> {
  const returnUrls = { successUrl: `${shop.url}/thanks`, cancelUrl: `${shop.url}/thanks` }
  return startServer({
    configuration: (publicUrl) => ({
      publicUrl,
      origins: [shop.url],
      providers: { sandbox: {} },
      checkouts: {
        donation: {
          provider: 'sandbox',
          currency: 'USD',
          amount: '25.00',
          minAmount: '5.00',
          editable: true,
          description: 'Support the library',
          ...returnUrls,
        },
        mug: {
          provider: 'sandbox',
          currency: 'EUR',
          amount: '19.90',
          description: 'Enamel mug',
          ...returnUrls,
        },
      },
    }),
  })
}

/** What most suites are played on. */
export interface Scene {
  readonly shop: Shop
  readonly server: ServerProcess
  readonly browser: Browser
}

/** Opens a shop, a server for it and a browser before the tests of a suite, and closes them after; not there earlier. */
export function useShop(): Scene {
  const scene: { -readonly [Part in keyof Scene]?: Scene[Part] } = {}
  beforeAll(async () => {
    const shop = (scene.shop = await openShop())
    ;[scene.server, scene.browser] = await Promise.all([startServerFor(shop), openBrowser()])
  })
  afterAll(async () => {
    await scene.browser?.close()
    await scene.server?.stop()
    scene.shop?.close()
  })
  return scene as Scene
}
