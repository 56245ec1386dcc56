/** What an element needs of a page in order to be painted where there is none; the build of `coinslot/ssr` brings it in. */
import { ElementRenderer, render as renderLit } from '@lit-labs/ssr'
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js'
import { HTMLElement } from '@lit-labs/ssr-dom-shim'

/** Stands for a shadow root: holds what would be shown. */
export interface PaintedRoot {
  html: string
  /** What was set of the field besides what its template says. */
  readonly input: { value: string }
}

// Its types are those of browsers, which say that it has what it has not.
const Shim = HTMLElement as unknown as new () => Pick<HTMLElement, 'hasAttribute'>

/** What Lit's shim of an element leaves out. */
export class ServerElement extends Shim {
  readonly isConnected = true
  #root: PaintedRoot | undefined

  attachShadow(): ShadowRoot {
    const input = { value: '' }
    this.#root = { html: '', input }
    return Object.assign(this.#root, {
      querySelector: (selector: string) => (selector === '#input' ? input : null),
    }) as unknown as ShadowRoot
  }

  get shadowRoot(): ShadowRoot | null {
    return (this.#root as unknown as ShadowRoot | undefined) ?? null
  }

  /** Only ever asked of `:disabled`. */
  matches(): boolean {
    return this.hasAttribute('disabled')
  }

  /** The page is not known: what the element says itself counts. */
  closest(): this {
    return this
  }
}

/** Whose slots they are; nothing is asked of it. */
class Host extends ElementRenderer {}

/** Renders in place of Lit's function of that name. */
export function render(template: unknown, root: object): void {
  const painting = renderLit(template, { customElementHostStack: [new Host('coinslot-checkout')] })
  const html = collectResultSync(painting)
  // The element renders anew, so that nothing has to be found again by its mark.
  const unmarked = html.replace(/<!--\/?lit-(part|node)[^>]*-->|<!--\?-->/g, '')
  // Lit writes a property as an attribute, which is on whatever it says.
  Object.assign(root, { html: unmarked.replaceAll('checked="false"', '') })
}
