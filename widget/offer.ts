/** Reads what a signed offer says, for painting only: the signature is the server's business. */

/** The payload of an offer's JWT, unverified; empty where it cannot be read. */
export function readOffer(offer: string): Readonly<Record<string, unknown>> {
  try {
    const base64 = offer.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/')
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    const terms = Object(JSON.parse(new TextDecoder().decode(bytes)))
    // What an offer without a checkout leaves out is as the server takes it.
    return terms.checkout ? terms : { editable: false, ...terms }
  } catch {
    // The server says what is wrong with it when it is sent.
    return {}
  }
}
