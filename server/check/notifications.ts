/** Whether the merchant's own system can be told over HTTP; it is told nothing. */
import { isIP } from 'node:net'
import type { Config } from '../config.ts'
import { isPublicAddress } from '../public-address.ts'
import type { ResolveName } from './addresses.ts'
import type { Ask } from './ask.ts'
import { failure, ok, warning, type Finding } from './finding.ts'
import { unreached } from './unreached.ts'

const ID = 'notifications.reached'
const ABOUT = 'notifications'

export async function* checkNotifications(
  { notifications }: Pick<Config, 'notifications'>,
  ask: Ask,
  resolve: ResolveName,
): AsyncGenerator<Finding> {
  if (!notifications) return
  const { url, allowPrivateAddress } = notifications
  const { host, hostname } = new URL(url)
  const refused = allowPrivateAddress ? undefined : await findPrivate(hostname, resolve)
  if (refused !== undefined) {
    yield failure(
      ID,
      ABOUT,
      `${hostname} leads to ${refused}, which is private: nothing is sent there`,
      'Name a public address, or set "notifications.allowPrivateAddress" to true if that is meant.',
    )
    return
  }
  const answer = await ask(url)
  if (typeof answer === 'string') yield unreached(ID, ABOUT, host, answer)
  else if (answer.status >= 300 && answer.status < 400) {
    yield warning(
      ID,
      ABOUT,
      `${host} redirects, which is not followed: only a 2xx counts`,
      'Set "notifications.url" to the address that answers by itself.',
    )
  } else yield ok(ID, ABOUT, `${host} answers`)
}

async function findPrivate(hostname: string, resolve: ResolveName): Promise<string | undefined> {
  // A private address that is written out has stopped the start.
  const addresses = isIP(hostname) ? [] : await resolve(hostname).catch(() => [])
  return addresses.find((address) => !isPublicAddress(address))
}
