/** `/pages`: the style sheets and scripts of the pages that buyers see. */
import { Hono, type Context } from 'hono'
import type { ConfiguredProvider } from '../configured-providers.ts'
import { entryScript, pageScript } from './bridge-page-script.ts'
import { bridgePageStyles } from './bridge-page-styles.ts'
import type { Env } from './guards.ts'
import { payPageStyles } from './pay-page-styles.ts'

export function pageFileRoutes(providers: ReadonlyMap<string, ConfiguredProvider>): Hono<Env> {
  return new Hono<Env>()
    .get('/pay.css', (c) => file(c, 'text/css', payPageStyles))
    .get('/bridge.css', (c) => file(c, 'text/css', bridgePageStyles))
    .get('/bridge.js', (c) => file(c, 'text/javascript', pageScript))
    .get('/bridge/:script{[a-z]+\\.js}', (c) => {
      const id = c.req.param('script').slice(0, -'.js'.length)
      const bridge = providers.get(id)?.adapter.bridge
      return bridge ? file(c, 'text/javascript', entryScript(bridge.script)) : c.notFound()
    })
}

function file(c: Context<Env>, type: string, text: string): Response {
  c.header('Content-Type', `${type}; charset=utf-8`)
  c.header('Cache-Control', 'no-cache')
  return c.body(text)
}
