/** Why a server could not be reached, and what helps, in words. */
import { failure, type Check, type Finding } from './finding.ts'

const UNRESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA'])
const REFUSED = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_SOCKET',
])
const LATE = new Set(['AbortError', 'TimeoutError', 'ETIMEDOUT'])
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/

/** @param start what else helps where nobody answers at all */
export function unreached(
  id: Check,
  about: string,
  host: string,
  reason: string,
  start = '',
): Finding {
  const told = (says: string, mend: string) =>
    failure(id, about, `${host} ${says} (${reason})`, mend)
  if (UNRESOLVED.has(reason)) {
    return told(
      'is no name that can be resolved',
      'Check the address, and the DNS of this machine.',
    )
  }
  if (CERTIFICATE.test(reason)) {
    return told(
      'has a certificate that is not trusted here',
      'Renew it, or send its whole chain; a certificate authority of your own is named by NODE_EXTRA_CA_CERTS.',
    )
  }
  if (LATE.has(reason) || reason.includes('TIMEOUT')) {
    return told('did not answer in time', `${start}Let connections to it through the firewall.`)
  }
  if (REFUSED.has(reason)) {
    return told('takes no connection', `${start}Let connections to it through the firewall.`)
  }
  return told('cannot be reached', `${start}Check the address, and what is between here and there.`)
}
