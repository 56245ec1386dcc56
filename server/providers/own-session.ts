/** Our own session as a provider tells it back: by the reference or the return URLs that it was given. */

const SESSION_ID = /^cs_[\w-]{16,64}$/

/** The id of our session in the first of these that has one: a reference, or a return URL. */
export function ownSessionIn(...told: readonly unknown[]): { sessionId: string } | undefined {
  const ids = told.flatMap((text) => (typeof text === 'string' ? [idIn(text)] : []))
  const sessionId = ids.find((id) => id !== undefined && SESSION_ID.test(id))
  return sessionId === undefined ? undefined : { sessionId }
}

function idIn(text: string): string | undefined {
  if (!URL.canParse(text)) return text
  // What a merchant's URL had before comes before ours.
  return new URL(text).searchParams.getAll('coinslot_session').at(-1)
}
