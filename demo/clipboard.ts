/** Copying the shown code, with a way that also works where the page may not touch the clipboard. */

/** Copies the text, or selects it in the page if the browser forbids that (http, no permission). */
export async function copyText(text: string, shownIn: HTMLElement): Promise<'copied' | 'selected'> {
  try {
    await navigator.clipboard.writeText(text)
    return 'copied'
  } catch {
    getSelection()?.selectAllChildren(shownIn)
    return 'selected'
  }
}
