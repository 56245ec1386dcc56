/** The form of the configurator: which fields it has, and what they say. */
import { isValue, VIEW_FIELDS, type Field, type FieldKind } from './field.ts'
import type { Fields, Setup } from './setup.ts'

type Control = HTMLInputElement | HTMLSelectElement

/** The fields that the page was built with, in their order. */
export function readFields(form: HTMLFormElement): Fields {
  const fields = new Map<string, Field>()
  for (const control of controlsOf(form)) {
    const { name } = control
    const kind = control.dataset['kind'] as FieldKind
    const initial = 'initial' in control.dataset ? control.value : fields.get(name)?.initial
    fields.set(name, { name, kind, initial, choices: choicesOf(control, fields.get(name)) })
  }
  for (const field of VIEW_FIELDS) fields.set(field.name, field)
  return fields
}

/** What the controls say; one that says what cannot be is marked, and left out. */
export function readControls(form: HTMLFormElement, fields: Fields): Setup {
  const setup: Record<string, string> = {}
  for (const control of controlsOf(form)) {
    const field = fields.get(control.name)!
    const value = valueOf(control)
    const isWrong = value !== undefined && !isValue(field, value)
    mark(control, isWrong ? WRONG[field.kind] : '')
    if (value !== undefined && !isWrong) setup[control.name] = value
  }
  return setup
}

export function fillControls(form: HTMLFormElement, setup: Setup): void {
  for (const control of controlsOf(form)) {
    const value = setup[control.name]
    if (control instanceof HTMLInputElement && control.type === 'radio') {
      control.checked = control.value === value
    } else if (control instanceof HTMLInputElement && control.type === 'checkbox') {
      control.checked = value !== undefined
    } else {
      control.value = value ?? ''
    }
    mark(control, '')
  }
}

/** Says in the empty fields what holds there by itself. */
export function showDefaults(
  form: HTMLFormElement,
  terms: Readonly<Record<string, unknown>>,
): void {
  for (const input of form.querySelectorAll<HTMLInputElement>('#terms input')) {
    const value =
      terms[input.name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())]
    input.placeholder = Array.isArray(value) ? value.join(' ') : String(value ?? '')
  }
}

/** Brings what is picked from to what is written beside it, or holds there by itself. */
export function showHelpers(form: HTMLFormElement): void {
  const accent = saidBy(form.querySelector<HTMLInputElement>('[name="--coinslot-accent"]')!)
  for (const helper of form.querySelectorAll<HTMLInputElement>('[data-helps]')) {
    const value = saidBy(helper.parentElement!.querySelector('input')!)
    helper.value = helper.type === 'range' ? String(parseFloat(value)) : hexOf(value, accent)
  }
}

function saidBy({ value, placeholder }: HTMLInputElement): string {
  return value || placeholder
}

/** A field for colours knows no others. */
function hexOf(colour: string, accent: string): string {
  const probe = document.createElement('i')
  probe.hidden = true
  // The focus ring's colour is this one by itself.
  probe.style.setProperty('--coinslot-accent', accent)
  probe.style.color = colour
  document.body.append(probe)
  const parts = getComputedStyle(probe).color.match(/^rgb\((\d+), (\d+), (\d+)\)$/) ?? []
  probe.remove()
  const figures = parts.slice(1).map((part) => Number(part).toString(16).padStart(2, '0'))
  return figures.length === 3 ? `#${figures.join('')}` : '#808080'
}

/** What is easier to pick than to write, beside the field that it writes into. */
export function wireHelpers(form: HTMLFormElement): void {
  for (const helper of form.querySelectorAll<HTMLInputElement>('[data-helps]')) {
    helper.addEventListener('input', (event) => {
      event.stopPropagation()
      const { helps = '', unit = '' } = helper.dataset
      const control = document.querySelector<HTMLInputElement>(`#${helps}`)!
      control.value = helper.value + unit
      control.dispatchEvent(new Event('input', { bubbles: true }))
    })
  }
}

const WRONG: Readonly<Record<FieldKind, string>> = {
  text: 'This is too long, or has characters that cannot be seen.',
  offer: 'A signed offer has three parts with points between.',
  flag: '',
  choice: '',
  view: '',
  property: 'Colours, lengths and names, without anything that is loaded.',
  part: 'Declarations such as “border-radius: 0; font-weight: 700”: what paints, not what places.',
}

function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.elements].filter(
    (element): element is Control =>
      (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) &&
      element.name !== '',
  )
}

function choicesOf(control: Control, known?: Field): readonly string[] | undefined {
  if (control instanceof HTMLSelectElement) {
    return [...control.options].map(({ value }) => value).filter(Boolean)
  }
  return control.type === 'radio' ? [...(known?.choices ?? []), control.value] : undefined
}

function valueOf(control: Control): string | undefined {
  if (control instanceof HTMLInputElement) {
    if (control.type === 'checkbox') return control.checked ? '' : undefined
    if (control.type === 'radio') return control.checked ? control.value : undefined
  }
  const value = control.value.trim()
  return value === '' ? undefined : value
}

function mark(control: Control, wrong: string): void {
  const told = document.querySelector(`#${control.id}-wrong`)
  if (!told) return
  if (told.textContent !== wrong) told.textContent = wrong
  if (wrong) control.setAttribute('aria-invalid', 'true')
  else control.removeAttribute('aria-invalid')
}
