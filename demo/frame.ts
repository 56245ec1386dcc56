/** What the demo's pages have in common, as HTML: the head, the masthead with the ways to the other pages, the foot. */

/** The pages that every masthead leads to, by address. */
const PAGES: readonly (readonly [path: string, name: string])[] = [
  ['/', 'Configurator'],
  ['/shop', 'Shop'],
  ['/donate', 'Donation'],
  ['/looks.html', 'Looks'],
  ['/docs/', 'Docs'],
]

/** What opens every `<head>`; title, description and the page's own styles and scripts come after it. */
export function frameHead(): string {
  return `<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/demo.css" />`
}

/** @param current the address of the page that it stands on */
export function masthead(current: string): string {
  const links = PAGES.map(([path, name]) => `<a href="${path}"${isOn(path, current)}>${name}</a>`)
  return `<header class="masthead">
      <a class="brand" href="/">${MARK}Coinslot</a>
      <nav aria-label="Demo">${links.join('\n        ')}</nav>
    </header>`
}

export function colophon(): string {
  return `<footer class="colophon">
      <p>Coinslot is free software under the MIT licence. This page, too, is part of it.</p>
    </footer>`
}

/** A page inside of one that is linked, as each of the documentation is, is in that part of the demo. */
function isOn(path: string, current: string): string {
  if (path === current) return ' aria-current="page"'
  return path.length > 1 && path.endsWith('/') && current.startsWith(path)
    ? ' aria-current="true"'
    : ''
}

const MARK = `<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
          <path class="mark-coin" d="M8.6 22a10 10 0 1 1 14.8 0z" />
          <path class="mark-ring" d="M10.8 20a6.5 6.5 0 1 1 10.4 0" />
          <rect class="mark-slot" x="2" y="22" width="28" height="5" rx="2.5" />
        </svg>`
