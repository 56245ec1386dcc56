/** A custom element with a Lit template: what we use of LitElement, which would cost 2 kB more (brotli). */
import { render } from 'lit/html.js'
import { listeners } from './configuration.ts'
import { pageNonce } from './page-nonce.ts'
import { settingsAt, type PageSettings } from './page-settings.ts'

// Servers import the elements too, to render pages around them, and have no HTMLElement.
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement)

/** Attributes are the state: properties read and write them, and whatever changes, it renders once. */
export abstract class TemplateElement extends Base {
  /** Properties that are attributes: text, or null where there is none. */
  static readonly attributes: readonly string[]
  /** Properties that no attribute can hold. */
  static readonly objects: readonly string[]
  static readonly styles: string
  /** What the elements that are there from the beginning wait for before they render. */
  static ready: Promise<unknown> | undefined

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

  /** Base URL of the Coinslot server; by default the origin of the script. */
  declare server: string | null
  /** BCP 47 tag; by default the nearest `lang`, then the browser's language. */
  declare locale: string | null

  /**
   * Settles when what changed last is rendered.
   *
   * @readonly
   */
  updateComplete: Promise<void> | undefined
  protected readonly internals = this.attachInternals()
  #objects: Record<string, unknown> = {}
  #styles = ''
  #listener = () => this.requestUpdate()

  constructor() {
    super()
    const { styles } = this.constructor as typeof TemplateElement
    // Where a server painted the element (ssr.ts), there is a root already; what else there is, this empties.
    if (!this.shadowRoot?.querySelector('form'))
      this.attachShadow({ mode: 'open', delegatesFocus: true })
    this.adoptStyles(styles)
    const own = this as Record<string, unknown>
    // What a framework set before the element was defined hides the accessor; this puts it through.
    for (const name of this.#names) {
      if (!Object.hasOwn(this, name)) continue
      const value = own[name]
      delete own[name]
      own[name] = value
    }
  }

  get #names(): string[] {
    const { attributes, objects } = this.constructor as typeof TemplateElement
    return [...attributes, ...objects]
  }

  /** What the page says by attributes and properties, with the defaults of those that every element has. */
  protected get settings() {
    const own = Object.fromEntries(this.#names.map((name) => [name, this[name as keyof this]]))
    return settingsAt(this, own as PageSettings, this.#listener)
  }

  connectedCallback(): void {
    listeners.add(this.#listener)
    this.requestUpdate()
  }

  disconnectedCallback(): void {
    listeners.delete(this.#listener)
  }

  adoptedCallback(): void {
    this.adoptStyles('')
  }

  attributeChangedCallback(): void {
    this.requestUpdate()
  }

  /** @internal */
  requestUpdate(): void {
    this.updateComplete ??= this.#updateSoon()
  }

  async #updateSoon(): Promise<void> {
    // Not before the task's other changes are made.
    await TemplateElement.ready
    this.updateComplete = undefined
    if (this.isConnected) this.update()
  }

  /**
   * Adds to how the element looks.
   *
   * @internal
   */
  adoptStyles(styles: string): void {
    const root = this.shadowRoot!
    // Sheets are of one document; nothing is shown in one that has no window.
    const view = this.ownerDocument.defaultView
    this.#styles += styles
    if (!root.adoptedStyleSheets) {
      const style = document.createElement('style')
      // Where sheets cannot be constructed; a policy lets such a tag pass by the page's nonce.
      root.prepend(Object.assign(style, { nonce: pageNonce(), textContent: styles }))
    } else if (view) {
      const sheet = new view.CSSStyleSheet()
      sheet.replaceSync(this.#styles)
      root.adoptedStyleSheets = [sheet]
    }
  }

  /** Switches a custom state, which pages select by `:state(name)`. */
  protected setState(name: string, isOn: boolean): void {
    try {
      this.internals.states[isOn ? 'add' : 'delete'](name)
    } catch {
      // Engines of before 2024 have no custom states, or only with dashes before the name.
    }
  }

  protected abstract template(): unknown

  protected update(): void {
    render(this.template(), this.shadowRoot!, { host: this })
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
