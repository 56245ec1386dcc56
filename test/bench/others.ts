/** Stands for the servers of others: no request of a benchmark leaves this machine. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserContext } from 'playwright-core'

const node = (fields: object) => ({
  edges: [{ cursor: 'a', node: fields }],
  pageInfo: { hasNextPage: false, hasPreviousPage: false },
})
const usd = { amount: '25.0', currencyCode: 'USD' }

/** One product, as Shopify's client asks for it. */
const PRODUCT = {
  __typename: 'Product',
  id: 'gid://shopify/Product/1',
  availableForSale: true,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  publishedAt: '2026-01-01T00:00:00Z',
  descriptionHtml: '',
  description: '',
  handle: 'thing',
  productType: '',
  title: 'Thing',
  vendor: 'Shop',
  onlineStoreUrl: null,
  options: [{ id: 'gid://shopify/ProductOption/1', name: 'Title', values: ['Default Title'] }],
  images: { edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: false } },
  variants: node({
    id: 'gid://shopify/ProductVariant/1',
    title: 'Default Title',
    price: usd,
    priceV2: usd,
    compareAtPrice: null,
    compareAtPriceV2: null,
    weight: 0,
    available: true,
    sku: '',
    image: null,
    selectedOptions: [{ name: 'Title', value: 'Default Title' }],
    unitPrice: null,
    unitPriceMeasurement: null,
  }),
}

/** Answers what a page asks of anybody but its own site: Shopify's one question, and nothing to the others. */
export async function answerForOthers(
  context: BrowserContext,
  site: string,
  latencyMs: number,
): Promise<void> {
  const isOther = ({ origin, protocol }: URL) => origin !== site && protocol.startsWith('http')
  await context.route(isOther, async (route) => {
    await sleep(latencyMs)
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }
    const isShopify = route.request().url().endsWith('/graphql')
    await route.fulfill({ json: isShopify ? { data: { node: PRODUCT } } : {}, headers })
  })
}
