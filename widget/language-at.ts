/** Finds the language that a part of a page is in. */

/** The `lang` that holds at an element, looked for through the shadow roots around it. */
export function languageAt(element: Element): string | null | undefined {
  const nearest = element.closest('[lang]')
  if (nearest) return nearest.getAttribute('lang')
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? languageAt(root.host) : undefined
}
