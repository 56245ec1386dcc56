/** `/healthz` says that the process is up, `/readyz` that it can do its work. */
import { Hono } from 'hono'
import type { Store } from '../store/store.ts'
import type { Env } from './guards.ts'

export function healthRoutes(store: Store): Hono<Env> {
  return new Hono<Env>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      const ready = await store.ping().then(
        () => true,
        () => false,
      )
      return ready ? c.json({ status: 'ready' }) : c.json({ status: 'store unavailable' }, 503)
    })
}
