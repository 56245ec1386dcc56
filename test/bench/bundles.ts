/** What is compared on a page: a plain form, a bare Lit element, the script tag, and the peers that npm has. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Rollup } from 'vite'

/** Something with a pay button. */
export interface Subject {
  readonly name: string
  /** What of it is in the page's body. */
  readonly body: string
  /** What it loads, by path: `entry` names those that a page has to have before anything of it can be seen. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly entry: readonly string[]
  /** Where the button is, looked for through shadow roots and frames. */
  readonly button: string
}

export const BARE = 'bare Lit element'

const BARE_ELEMENT = `
  import { LitElement, html } from 'lit'
  customElements.define('bare-element', class extends LitElement {
    render() { return html\`<slot></slot>\` }
  })
`

const dist = new URL('../../dist/', import.meta.url)
const peers = fileURLToPath(new URL('./peers/', import.meta.url))
const CHECKOUT =
  '<coinslot-checkout checkout="a" currency="USD" amount="25.00" min-amount="5.00" editable></coinslot-checkout>'
const FORM = '<form action="/pay"><label>Amount <input name="amount" value="25.00"></label>'

/** Ours, and what it is always measured against. */
export async function ourSubjects() {
  return { form: plainForm(), bare: await bareElement(), ours: scriptTag() }
}

/** The peers, each bundled as its users do; they have to be installed (`peers/install.js`). */
export function peerSubjects(): Promise<Subject[]> {
  return Promise.all([
    peer('@shopify/buy-button-js', 'shopify', 'button.shopify-buy__btn'),
    peer('@adyen/adyen-web', 'adyen', '.adyen-checkout__button--pay'),
    peer('@getalby/bitcoin-connect', 'bitcoin-connect', 'button'),
    peer('@ic-pay/icpay-widget', 'icpay', 'button'),
  ])
}

function plainForm(): Subject {
  const body = `${FORM}<button>Pay</button></form>`
  return { name: 'plain form', body, files: new Map(), entry: [], button: 'button' }
}

async function bareElement(): Promise<Subject> {
  const files = await bundle('bare-element.js', [
    {
      name: 'bare-element',
      resolveId: (id) =>
        id.endsWith('bare-element.js') ? `${dist.pathname}bare-element.js` : null,
      load: (id) => (id.endsWith('bare-element.js') ? BARE_ELEMENT : null),
    },
  ])
  // Its child is seen once it has a place for it.
  const body = `<style>:not(:defined){display:none}</style><bare-element><button>Pay</button></bare-element>`
  return { name: BARE, body, ...files, button: 'button' }
}

function scriptTag(): Subject {
  const names = readdirSync(dist).filter((name) => name.endsWith('.js'))
  return {
    name: 'coinslot.js',
    body: `<style>${reservedHeight()}</style>${CHECKOUT}`,
    files: new Map(names.map((name) => [`/${name}`, readFileSync(new URL(name, dist))])),
    entry: ['/coinslot.js'],
    button: 'button',
  }
}

/** What the documentation tells a page to say, so that nothing moves when the element comes. */
function reservedHeight(): string {
  const documentation = readFileSync(
    new URL('../../demo/docs/embedding.md', import.meta.url),
    'utf8',
  )
  return /```css\n(coinslot-checkout:not[^`]*)```/.exec(documentation)![1]!
}

async function peer(name: string, file: string, button: string): Promise<Subject> {
  return { name, body: '<div id="pay"></div>', ...(await bundle(`${peers}${file}.js`)), button }
}

/** Builds for the browser as Vite does by default, and finds what has to be there first. */
async function bundle(input: string, plugins: Rollup.Plugin[] = []) {
  const result = await build({
    root: peers,
    configFile: false,
    logLevel: 'silent',
    plugins,
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rollupOptions: { input },
    },
  })
  if (!('output' in result)) throw new Error(`the build of ${input} gave no output`)
  const files = new Map(
    result.output.map((file) => [
      `/${file.fileName}`,
      Buffer.from(file.type === 'chunk' ? file.code : file.source),
    ]),
  )
  return { files, entry: entryOf(result.output).map((name) => `/${name}`) }
}

/** The first script, all that it imports statically, and the style sheets. */
function entryOf(output: Rollup.RollupOutput['output']): string[] {
  const found = new Set([output[0].fileName])
  for (const name of found) {
    const file = output.find(({ fileName }) => fileName === name)
    if (file?.type === 'chunk') for (const imported of file.imports) found.add(imported)
  }
  const styles = output.map(({ fileName }) => fileName).filter((name) => name.endsWith('.css'))
  return [...found, ...styles]
}
