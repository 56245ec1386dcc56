/** A session as anybody may be shown it now. */
import type { SessionRecord } from './session.ts'
import type { Store } from './store/store.ts'

/** @returns the session, without its redirect URL where its order is paid by another: nobody is led on to pay what is paid */
export async function findShown(
  store: Pick<Store, 'findSession' | 'findPayment'>,
  id: string,
): Promise<SessionRecord | undefined> {
  const session = await store.findSession(id)
  const mayBePaid = session?.status === 'pending' && session.order !== null
  const isPaid = mayBePaid && (await store.findPayment(session.order, id)) !== undefined
  return session && isPaid ? { ...session, redirectUrl: null } : session
}
