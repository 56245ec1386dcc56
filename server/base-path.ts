/** The path beneath which this server is reached, where it shares its origin with others. */

/** @returns such as `/payments`; empty where `publicUrl` names an origin alone */
export function basePathOf(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/$/, '')
}

/** The path without the base, where whoever is before this server has left it. */
export function withoutBase(path: string, base: string): string {
  const isBeneath = path === base || path.startsWith(`${base}/`)
  return isBeneath ? path.slice(base.length) || '/' : path
}
