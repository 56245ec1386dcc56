/** Which CSS may be tried in the configurator: what paints the element, and nothing that loads, covers or breaks out. */

const FUNCTIONS = new Set(
  (
    '|calc|min|max|clamp|var|light-dark|rgb|rgba|hsl|hsla|hwb|lab|lch|oklab|oklch|color|color-mix|' +
    'linear-gradient|radial-gradient'
  ).split('|'),
)

const PROPERTIES = new Set(
  (
    'background background-color border border-block border-bottom border-color border-inline border-left ' +
    'border-radius border-right border-style border-top border-width box-shadow color column-gap font font-family ' +
    'font-size font-style font-variant-numeric font-weight gap justify-content letter-spacing line-height opacity ' +
    'outline outline-color outline-offset padding padding-block padding-inline row-gap text-align ' +
    'text-decoration text-shadow text-transform'
  ).split(' '),
)

const MOST_VALUE = 160
const MOST_DECLARATIONS = 12

/** One value: words, numbers, colours, quoted names, and functions that load nothing. */
export function isCssValue(value: string): boolean {
  if (value.length > MOST_VALUE || value.trim() === '' || value.trim() !== value) return false
  const bare = value.replace(/'[\w .-]*'|"[\w .-]*"/g, 'x')
  if (!/^[\w#%.,()+\-*/ ]+$/.test(bare) || /\/\*|\*\//.test(bare)) return false
  const named = [...bare.matchAll(/([\w-]*)\(/g)].map(([, name = '']) => name.toLowerCase())
  return named.every((name) => FUNCTIONS.has(name)) && isBalanced(bare)
}

function isBalanced(value: string): boolean {
  let depth = 0
  for (const letter of value) {
    if (letter === '(') depth += 1
    if (letter === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}

/** Some declarations, as a rule has them: `border-radius: 0; font-weight: 700`. */
export function isDeclarations(text: string): boolean {
  const declarations = readDeclarations(text)
  return declarations.length > 0 && declarations.length <= MOST_DECLARATIONS && wasRead(text)
}

function wasRead(text: string): boolean {
  return partsOf(text).every((part) => readDeclaration(part) !== undefined)
}

/** The declarations that may be tried, one by one. */
export function readDeclarations(text: string): string[] {
  return partsOf(text).flatMap((part) => readDeclaration(part) ?? [])
}

function partsOf(text: string): string[] {
  return text.split(';').filter((part) => part.trim() !== '')
}

function readDeclaration(part: string): string | undefined {
  const [, name = '', value = ''] = /^ *([a-z-]+) *: *(.+?) *$/.exec(part) ?? []
  return PROPERTIES.has(name) && isCssValue(value) ? `${name}: ${value}` : undefined
}
