/** The names that the script tag and its parts have among themselves, and what its build makes of them. */

/** No page, browser, server or text knows a property of such a name: test/widget/short-names.test.ts. */
const NAMES = `
  isBusy isTest isTyping isAsked isSymbolFirst terms told tools fields fault problem flag say
  least most full bare symbol dispatch focusField loadFields leaveField point press choose
  settle report setState setError dispatchError arrival settings internals template
  adoptStyles
`

/** By name, a letter: the same one in every file. */
export const shortNames: Readonly<Record<string, string>> = Object.fromEntries(
  NAMES.trim()
    .split(/\s+/)
    .map((name, at) => [name, letter(at)]),
)

/** Small letters first, then great ones. */
function letter(at: number): string {
  return String.fromCharCode(at < 26 ? 97 + at : 39 + at)
}
