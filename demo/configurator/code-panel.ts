/** The code to copy: a tab for each way to put the checkout on a page, all made from the same setup. */
import { copyText } from '../clipboard.ts'
import { find } from '../query.ts'
import { angularSample } from '../samples/angular.ts'
import { configurationSample } from '../samples/configuration.ts'
import { formSample } from '../samples/form.ts'
import { highlight } from '../samples/highlight.ts'
import { htmlSample } from '../samples/html.ts'
import { paymentLink } from '../samples/link.ts'
import { reactSample } from '../samples/react.ts'
import type { Tag, Terms } from '../samples/sample.ts'
import { svelteSample } from '../samples/svelte.ts'
import { vueSample } from '../samples/vue.ts'
import { markTab, wireTabs } from './tabs.ts'

export interface Shown {
  readonly tag: Tag
  readonly checkout: string
  readonly terms: Terms
  /** The terms were changed and signed for it. */
  readonly isSigned: boolean
}

interface Way {
  readonly id: string
  readonly name: string
  readonly note: string
  write(shown: Shown): string
}

const NPM =
  'After npm pack in the clone and npm install ../coinslot/coinslot-0.1.0.tgz here: it is not in npm’s registry yet.'

const WAYS: readonly Way[] = [
  {
    id: 'html',
    name: 'HTML',
    note: 'Paste it where the button is to be. The hash lets no other script run in its place. The page’s origin has to be on the server’s list.',
    write: ({ tag }) => htmlSample(tag),
  },
  { id: 'react', name: 'React', note: NPM, write: ({ tag }) => reactSample(tag) },
  { id: 'vue', name: 'Vue', note: NPM, write: ({ tag }) => vueSample(tag) },
  { id: 'svelte', name: 'Svelte', note: NPM, write: ({ tag }) => svelteSample(tag) },
  { id: 'angular', name: 'Angular', note: NPM, write: ({ tag }) => angularSample(tag) },
  {
    id: 'form',
    name: 'Form',
    note: 'Works without any script. The page’s origin has to be on the server’s list.',
    write: ({ tag, terms }) => formSample(tag, terms),
  },
  {
    id: 'link',
    name: 'Link',
    note: 'A payment page of its own: for a mail, a bio, an invoice.',
    write: ({ tag }) => `${paymentLink(tag)}\n`,
  },
  {
    id: 'qr',
    name: 'QR',
    note: 'The same link, for a poster or a screen.',
    write: ({ tag }) => `${paymentLink(tag)}\n`,
  },
  {
    id: 'configuration',
    name: 'Config',
    note: 'coinslot.config.json of your own server, with the sandbox until you name a provider.',
    write: ({ checkout, terms }) => configurationSample(checkout, terms),
  },
]

const SIGNED =
  'You changed the terms, so this demo has signed them as an offer, good for two hours. With the configuration on your own server, leave the offer out.'

export interface CodePanel {
  show(shown: Shown): void
}

/** @param onChoose a tab was chosen by hand, under this name */
export function createCodePanel(chosen: string, onChoose: (id: string) => void): CodePanel {
  const list = find('.code [role=tablist]')
  const panel = find('#sample')
  const code = find('.snippet')
  const note = find('.code-note')
  const qr = find('.qr')
  const copied = find('.copied')
  let shown: Shown | undefined
  let way = WAYS.find(({ id }) => id === chosen) ?? WAYS[0]!
  let text = ''

  list.replaceChildren(...WAYS.map(tabFor))
  wireTabs(list, (tab) => {
    way = WAYS.find(({ id }) => tab.id === `tab-${id}`) ?? way
    onChoose(way.id)
    render()
  })
  find('.copy').addEventListener('click', () => void copy())

  function render(): void {
    const tab = find(`#tab-${way.id}`)
    markTab(list, tab)
    panel.setAttribute('aria-labelledby', tab.id)
    if (!shown) return
    text = way.write(shown)
    code.replaceChildren(...highlight(text))
    note.textContent =
      shown.isSigned && way.id !== 'configuration' ? `${way.note} ${SIGNED}` : way.note
    copied.textContent = ''
    qr.hidden = way.id !== 'qr'
    if (way.id === 'qr') void drawCode(text.trim())
  }

  async function drawCode(link: string): Promise<void> {
    const { qrPicture } = await import('./qr-picture.ts')
    if (text.trim() === link) qr.replaceChildren(qrPicture(link))
  }

  async function copy(): Promise<void> {
    const outcome = await copyText(text.trimEnd(), code)
    // Emptied first, so that a second copy is announced as well.
    copied.textContent = ''
    setTimeout(() => {
      copied.textContent = outcome === 'copied' ? 'Copied' : 'Selected: now press Ctrl+C'
    }, 50)
  }

  return {
    show(next) {
      shown = next
      render()
    },
  }
}

function tabFor({ id, name }: Way): HTMLElement {
  const tab = document.createElement('button')
  tab.type = 'button'
  tab.id = `tab-${id}`
  tab.role = 'tab'
  tab.setAttribute('aria-controls', 'sample')
  tab.textContent = name
  return tab
}
