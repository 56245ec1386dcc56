/** A custom element with a Lit template: what we use of LitElement, which would cost 2 kB more (brotli). */
import { render } from 'lit/html.js'

// Servers import the elements too, to render pages around them, and have no HTMLElement.
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement)

const sheets = new Map<string, CSSStyleSheet>()

/** Attributes are the state: properties read and write them, and whatever changes, it renders once. */
export abstract class TemplateElement extends Base {
  /** Properties that are attributes: text, or null where there is none. */
  static readonly attributes: readonly string[]
  /** Properties that no attribute can hold. */
  static readonly objects: readonly string[]
  static readonly styles: string

  // Asked for once, at registration, when the accessors are wanted as well.
  static get observedAttributes(): readonly string[] {
    for (const name of this.objects) TemplateElement.#addObject(this.prototype, name)
    for (const name of this.attributes) addAttribute(this.prototype, name)
    return this.attributes.map(toAttribute)
  }

  static #addObject(prototype: TemplateElement, name: string): void {
    Object.defineProperty(prototype, name, {
      get(this: TemplateElement) {
        return this.#objects[name]
      },
      set(this: TemplateElement, value: unknown) {
        this.#objects[name] = value
        this.requestUpdate()
      },
    })
  }

  /** Settles when what changed last is rendered. */
  updateComplete: Promise<void> | undefined
  #objects: Record<string, unknown> = {}

  constructor() {
    super()
    const { attributes, objects, styles } = this.constructor as typeof TemplateElement
    const sheet = sheets.get(styles) ?? new CSSStyleSheet()
    if (!sheets.has(styles)) sheet.replaceSync(styles)
    sheets.set(styles, sheet)
    this.attachShadow({ mode: 'open', delegatesFocus: true }).adoptedStyleSheets = [sheet]
    for (const name of [...attributes, ...objects]) this.#upgrade(name)
  }

  connectedCallback(): void {
    this.requestUpdate()
  }

  attributeChangedCallback(): void {
    this.requestUpdate()
  }

  requestUpdate(): void {
    this.updateComplete ??= this.#updateSoon()
  }

  async #updateSoon(): Promise<void> {
    // Not before the task's other changes are made.
    await undefined
    this.updateComplete = undefined
    if (this.isConnected) this.update()
  }

  protected abstract template(): unknown

  protected update(): void {
    render(this.template(), this.shadowRoot!, { host: this })
  }

  /** What a framework set before the element was defined hides the accessor; this puts it through. */
  #upgrade(name: string): void {
    if (!Object.hasOwn(this, name)) return
    const value: unknown = Reflect.get(this, name)
    Reflect.deleteProperty(this, name)
    Reflect.set(this, name, value)
  }
}

function toAttribute(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

// A subclass's own accessor, of a boolean say, stays.
function addAttribute(prototype: TemplateElement, name: string): void {
  if (name in prototype) return
  const attribute = toAttribute(name)
  Object.defineProperty(prototype, name, {
    get(this: TemplateElement) {
      return this.getAttribute(attribute)
    },
    set(this: TemplateElement, value: string | null | undefined) {
      if (value == null) this.removeAttribute(attribute)
      else this.setAttribute(attribute, value)
    },
  })
}
