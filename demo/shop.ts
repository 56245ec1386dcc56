/** The demo's front page: switches the live checkout, the goods and the shown HTML together. */
import { copyText } from './clipboard.ts'
import { find, findAll } from './query.ts'
import { snippet, snippetNodes, snippetText } from './snippet.ts'
import { describeTerms, fetchTerms } from './terms.ts'

const checkout = find('coinslot-checkout')
const code = find('.snippet')
const script = find('script[src*="/coinslot"]') as HTMLScriptElement
const copied = find('.copied')
const termList = find('.terms dl')

let sample: string
let asking: AbortController | undefined

function show(next: string): void {
  sample = next
  checkout.setAttribute('checkout', sample)
  for (const goods of findAll('.goods')) goods.hidden = goods.dataset.sample !== sample
  code.replaceChildren(...snippetNodes(snippet(script, sample)))
  copied.textContent = ''
  void showTerms(sample)
}

async function showTerms(of: string): Promise<void> {
  asking?.abort()
  const { signal } = (asking = new AbortController())
  try {
    const terms = describeTerms(await fetchTerms(of, signal))
    termList.replaceChildren(...terms.map(([name, value]) => row(name, value)))
  } catch {
    // The live element says what is wrong; the terms of another sample would only mislead.
    if (!signal.aborted) termList.replaceChildren()
  }
}

function row(name: string, value: string): HTMLElement {
  const group = document.createElement('div')
  const term = document.createElement('dt')
  const detail = document.createElement('dd')
  term.textContent = name
  detail.textContent = value
  group.append(term, detail)
  return group
}

async function copy(): Promise<void> {
  const outcome = await copyText(snippetText(snippet(script, sample)), code)
  // Emptied first, so that a second copy is announced as well.
  copied.textContent = ''
  setTimeout(() => {
    copied.textContent = outcome === 'copied' ? 'Copied' : 'Selected: now press Ctrl+C'
  }, 50)
}

find('.copy').addEventListener('click', () => void copy())
for (const choice of findAll<HTMLInputElement>('input[name="sample"]')) {
  choice.addEventListener('change', () => show(choice.value))
  // A browser that restores the form after a reload may have another one checked than the HTML.
  if (choice.checked) show(choice.value)
}
