/** Where a server is reached that listens on a host and a port. */
import type { Environment } from '../config.ts'

const WILDCARDS = new Set(['0.0.0.0', '::'])

/** @param own what it is called where it listens on every address */
export function httpUrl(host: string | undefined, port: number | string, own: string): string {
  const name = host === undefined || WILDCARDS.has(host) ? own : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/** Where processes of this machine reach the server of this environment. */
export function selfUrl({ HOST, PORT }: Environment): string {
  return httpUrl(HOST || undefined, PORT || 8080, '127.0.0.1')
}
