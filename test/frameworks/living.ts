/** Which elements a page holds. */
import type { Page } from 'playwright-core'

/** How many checkouts there are after a garbage collection, on the page or not. */
export async function livingCheckouts(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const expression = `customElements.get('coinslot-checkout').prototype`
  const { result } = await session.send('Runtime.evaluate', { expression })
  const { objects } = await session.send('Runtime.queryObjects', {
    prototypeObjectId: result.objectId!,
  })
  const { result: length } = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId!,
    functionDeclaration: 'function () { return this.length }',
  })
  await session.detach()
  return length.value as number
}
