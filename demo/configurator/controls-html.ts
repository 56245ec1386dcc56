/** The configurator's controls as HTML, from what the package says of its element; they are painted before any script runs. */
import { quoteHtml } from '../samples/sample.ts'
import { FIXED, type DescribedField } from './manifest-fields.ts'

type Group = DescribedField['group']

/** In letters: more does not stand beside another. */
const LONG = 24

export function controlsHtml(fields: readonly DescribedField[], group: Group): string {
  return fields
    .filter((field) => field.group === group)
    .map(controlHtml)
    .join('\n')
}

const NAMES: Readonly<Record<string, string>> = {
  donation: 'A donation',
  mug: 'A product',
  tip: 'A tip',
}

function controlHtml(field: DescribedField): string {
  const { name, kind, about, group } = field
  if (group === 'sample') return samplesHtml(field)
  const id = `${group}-${name.replace(/^\W+/, '')}`
  const described = `<code>${kind === 'part' ? `::part(${name.slice(2)})` : name}</code> <span>${quoteHtml(about)}</span>`
  if (kind === 'flag') {
    return `<label class="control flag"><input type="checkbox" name="${name}" data-kind="flag" />
      <span>${described}</span></label>`
  }
  return `<div class="control ${classOf(field)}">
      <label for="${id}">${described}</label>
      ${inputHtml(field, id)}
      <p class="wrong" id="${id}-wrong"></p>
    </div>`
}

function classOf({ name, kind, about, placeholder }: DescribedField): string {
  if (kind === 'property') return lengthOf(placeholder) || isColour(name) ? 'helped' : 'wide'
  return kind === 'part' || kind === 'offer' || about.length > LONG ? 'wide' : ''
}

function inputHtml(field: DescribedField, id: string): string {
  const { name, kind, choices, placeholder } = field
  if (name === FIXED) return `<input id="${id}" data-kind="fixed" readonly />`
  const common = `id="${id}" name="${name}" data-kind="${kind}" aria-describedby="${id}-wrong"`
  if (choices) {
    const options = choices.map((choice) => `<option>${choice}</option>`).join('')
    return `<select ${common}><option value="">${placeholder || 'not said'}</option>${options}</select>`
  }
  const input = `<input ${common} placeholder="${quoteHtml(kind === 'part' ? 'CSS declarations' : placeholder)}"
      autocomplete="off" autocapitalize="off" spellcheck="false" />`
  return kind === 'property'
    ? `<span class="with-help">${input}${helpHtml(field, id)}</span>`
    : input
}

/** What is easier to pick than to write. */
function helpHtml({ name, about, placeholder }: DescribedField, id: string): string {
  const length = lengthOf(placeholder)
  const label = `aria-label="${quoteHtml(about)}"`
  if (length) {
    const { figure, unit } = length
    return `<input type="range" min="0" max="${Math.ceil(figure * 2.5)}" value="${figure}" data-unit="${unit}" data-helps="${id}" ${label} />`
  }
  return isColour(name) ? `<input type="color" value="#888888" data-helps="${id}" ${label} />` : ''
}

function lengthOf(initial: string): { figure: number; unit: string } | undefined {
  const [, figure, unit = ''] = /^(\d+)(px|rem)$/.exec(initial) ?? []
  return figure === undefined ? undefined : { figure: Number(figure), unit }
}

/** All that is no length is a colour, but for the font. */
function isColour(name: string): boolean {
  return !name.endsWith('-font')
}

function samplesHtml({ name, choices = [], initial }: DescribedField): string {
  const labels = choices.map(
    (choice) => `<label>
        <input type="radio" form="setup" name="${name}" value="${choice}" data-kind="choice"${choice === initial ? ' data-initial checked' : ''} />
        <span>${NAMES[choice] ?? choice}</span>
      </label>`,
  )
  return labels.join('\n')
}
