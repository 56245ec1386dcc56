/** Seals what a provider gives for the buyer's browser alone: the store keeps it and cannot read it. */
import { hkdfSync } from 'node:crypto'
import { EncryptJWT, jwtDecrypt, type JWTPayload } from 'jose'

const ALGORITHM = { alg: 'dir', enc: 'A256GCM' } as const

/** Seals a payload for one session, with a key that is derived from the provider's secret. */
export function seal(payload: JWTPayload, sessionId: string, secret: string): Promise<string> {
  return new EncryptJWT(payload)
    .setProtectedHeader(ALGORITHM)
    .setSubject(sessionId)
    .encrypt(deriveKey(secret))
}

/** Undefined where it was sealed for another session or by another secret, or was changed. */
export async function unseal(
  sealed: string,
  sessionId: string,
  secret: string,
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtDecrypt(sealed, deriveKey(secret), {
      subject: sessionId,
      keyManagementAlgorithms: [ALGORITHM.alg],
      contentEncryptionAlgorithms: [ALGORITHM.enc],
    })
    return payload
  } catch {
    return undefined
  }
}

function deriveKey(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'coinslot handoff', 32))
}
