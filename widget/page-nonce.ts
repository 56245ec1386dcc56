/** Finds the nonce by which a page's content security policy knows its own tags. */

/** The nonce of the first tag that has one, for what is added to the page; empty where there is none. */
export function pageNonce(): string {
  // Not the attribute: browsers empty it, so that style sheets cannot read it out.
  return document.querySelector<HTMLElement>('[nonce]')?.nonce ?? ''
}
