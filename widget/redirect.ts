/** Leaves the page for the payment page, in the window that was asked for. */

export type RedirectTarget = '_self' | '_top' | '_blank'

/** A way out that was opened in the click itself; it is taken later, or not at all. */
export interface Exit {
  /** Answers whether this page stays where it is. */
  go(url: string): boolean
  cancel(): void
}

/** Opens a window where one is wanted; to be called in the click itself, or it is blocked. */
export function openWindow(target: string | null | undefined): Window | null {
  return target === '_blank' ? open('', target) : null
}

/** Prepares to leave, in the window that was opened; by default it is opened now. */
export function openExit(
  target: string | null | undefined,
  opened: Window | null = openWindow(target),
): Exit {
  // The payment page must not get a hold of this one.
  if (opened) opened.opener = null
  return {
    go(url) {
      // The buyer may have closed it while he waited.
      const isAway = opened?.closed === false
      try {
        ;((isAway && opened) || (target === '_top' && top) || window).location.href = url
      } catch {
        // A sandboxed frame may not move the page around it: paying inside beats not paying.
        location.href = url
      }
      return isAway
    },
    cancel: () => opened?.close(),
  }
}
