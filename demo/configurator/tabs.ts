/** Tabs as the ARIA practices have them: one stop for Tab, arrows between them, in both directions of writing. */

export function wireTabs(list: HTMLElement, choose: (tab: HTMLElement) => void): void {
  const tabs = () => [...list.querySelectorAll<HTMLElement>('[role=tab]')]

  list.addEventListener('click', ({ target }) => {
    const tab = target instanceof Element && target.closest<HTMLElement>('[role=tab]')
    if (tab) choose(tab)
  })
  list.addEventListener('keydown', (event) => {
    const all = tabs()
    const index = all.indexOf(event.target as HTMLElement)
    const next = nextIndex(event.key, index, all.length, isRightToLeft(list))
    const tab = next === undefined ? undefined : all[next]
    if (!tab) return
    event.preventDefault()
    choose(tab)
    tab.focus()
  })
}

/** Shows which one is chosen. */
export function markTab(list: HTMLElement, chosen: HTMLElement): void {
  for (const tab of list.querySelectorAll<HTMLElement>('[role=tab]')) {
    tab.setAttribute('aria-selected', String(tab === chosen))
    tab.tabIndex = tab === chosen ? 0 : -1
  }
}

function nextIndex(
  key: string,
  index: number,
  count: number,
  isReversed: boolean,
): number | undefined {
  if (index < 0) return undefined
  const step = isReversed ? -1 : 1
  if (key === 'ArrowRight') return (index + step + count) % count
  if (key === 'ArrowLeft') return (index - step + count) % count
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}

function isRightToLeft(element: HTMLElement): boolean {
  return getComputedStyle(element).direction === 'rtl'
}
