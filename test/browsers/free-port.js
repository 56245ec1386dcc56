/** A port that nobody listens on. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** The number of a port that was free a moment ago, at every address of this machine. */
export async function freePort() {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}
