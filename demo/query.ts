/** The elements of a page by selector; a page that lacks one is broken, and says so at once. */

/** Finds the one element that the page cannot do without. */
export function find(selector: string): HTMLElement {
  const element = document.querySelector<HTMLElement>(selector)
  if (!element) throw new TypeError(`This page has no ${selector}.`)
  return element
}

export function findAll<T extends HTMLElement>(selector: string): T[] {
  return [...document.querySelectorAll<T>(selector)]
}
