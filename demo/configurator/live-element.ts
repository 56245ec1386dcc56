/** The live element: takes what was chosen, exactly as the samples of code say it. */
import { lookCss } from '../samples/css.ts'
import { entriesOf, type Fields, type Setup } from './setup.ts'

/** The attributes that a setup comes to, with the offer that was signed for it. */
export function attributesOf(
  setup: Setup,
  fields: Fields,
  offer: string | undefined,
): [name: string, value: string][] {
  const chosen = entriesOf(setup, fields, ['choice', 'text', 'flag', 'offer'])
  if (offer === undefined || 'offer' in setup) return chosen
  // After what it belongs to, and before what is only shown.
  const after = chosen.findIndex(([name]) => name === 'checkout') + 1
  return chosen.toSpliced(after, 0, ['offer', offer])
}

export function applyAttributes(
  element: HTMLElement,
  attributes: readonly (readonly [name: string, value: string])[],
  fields: Fields,
): void {
  const wanted = new Map(attributes)
  for (const { name, kind } of fields.values()) {
    if (!['choice', 'text', 'flag', 'offer'].includes(kind)) continue
    const value = wanted.get(name)
    if (value === undefined) element.removeAttribute(name)
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value)
  }
}

const sheet = new CSSStyleSheet()

/** The rules are those that the samples show. */
export function applyLook(setup: Setup, fields: Fields): string {
  const css = lookCss(setup, fields)
  sheet.replaceSync(css)
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet)
  return css
}

/** How it is looked at. */
export function applyView(stage: HTMLElement, setup: Setup): void {
  stage.style.colorScheme = setup['view.scheme'] ?? ''
  stage.dir = setup['view.direction'] ?? ''
  stage.classList.toggle('is-phone', setup['view.width'] === 'phone')
}
