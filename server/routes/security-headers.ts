/** What every answer tells browsers about itself, unless its route has said something else. */
import type { MiddlewareHandler } from 'hono'
import type { Config } from '../config.ts'
import type { Env } from './guards.ts'

const ALWAYS = {
  'X-Content-Type-Options': 'nosniff',
  // Not no-referrer: with it our own pages' forms would send the origin `null`.
  'Referrer-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
}

const ON_PAGES = {
  // Whoever opened a window for a payment is not to put another page into it.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=()',
}

/** A year: once a server is reached by https, browsers ask for it by nothing else. */
const HTTPS_ONLY = { 'Strict-Transport-Security': 'max-age=31536000' }

// Not Hono's own `secure-headers`: it replaces what a route has set for itself.
export function securityHeaders({ publicUrl }: Pick<Config, 'publicUrl'>): MiddlewareHandler<Env> {
  const always = { ...ALWAYS, ...(publicUrl.startsWith('https:') && HTTPS_ONLY) }
  const all = Object.entries(always)
  const onPages = Object.entries({ ...always, ...ON_PAGES })

  return async function securityHeaders(c, next) {
    await next()
    const { headers } = c.res
    const isPage = headers.get('Content-Type')?.startsWith('text/html')
    for (const [name, value] of isPage ? onPages : all) {
      // Not by `c.header`, which at this point would copy the answer, body and all.
      if (!headers.has(name)) headers.set(name, value)
    }
  }
}
