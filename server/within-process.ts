/** How the sandbox and the server around it reach each other where nobody said by which address. */
import type { Transport } from './transport.ts'

/** Nobody can listen there, so nobody is called by mistake. */
export const WITHIN = 'http://localhost:0'

/** A transport that hands what is for this very server to it, whose answers are whole and short, and lets everything else go out. */
export function withinProcess(
  transport: Transport,
  answer: (request: Request) => Response | Promise<Response>,
): Transport {
  return async (request) => {
    const { url, method, headers, body, signal } = request
    if (!url.startsWith(`${WITHIN}/`)) return transport(request)
    const response = await answer(
      new Request(url, { method, headers, signal, ...(body !== undefined && { body }) }),
    )
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) }
  }
}
