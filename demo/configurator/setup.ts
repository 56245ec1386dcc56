/** What was chosen in the configurator, to and from the address, so that it can be shared. */
import { isValue, type Field } from './field.ts'

/** By the fields' names; what is left out is as the element, or the server, has it. A flag that is set is empty. */
export type Setup = Readonly<Record<string, string>>

export type Fields = ReadonlyMap<string, Field>

/** Reads an address; what is no field, or cannot be its value, is left out. */
export function readSetup(search: string, fields: Fields): Setup {
  const setup: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of new URLSearchParams(search)) {
    const field = fields.get(name)
    if (field && !(name in setup) && isValue(field, value)) setup[name] = value
  }
  return withInitials(setup, fields)
}

/** Writes what differs from the beginning, in the order of the fields; empty where nothing does. */
export function writeSetup(setup: Setup, fields: Fields): string {
  const search = new URLSearchParams()
  for (const { name, initial } of fields.values()) {
    const value = setup[name]
    if (value !== undefined && value !== initial) search.set(name, value)
  }
  return search.size === 0 ? '' : `?${search}`
}

/** The values of some kinds of fields, in the fields' order. */
export function entriesOf(setup: Setup, fields: Fields, kinds: readonly Field['kind'][]) {
  return [...fields.values()].flatMap(({ name, kind }): [name: string, value: string][] => {
    const value = setup[name]
    return value === undefined || !kinds.includes(kind) ? [] : [[name, value]]
  })
}

function withInitials(setup: Record<string, string>, fields: Fields): Setup {
  const initials = [...fields.values()].flatMap(({ name, initial }) =>
    initial === undefined ? [] : [[name, initial]],
  )
  return { ...Object.fromEntries(initials), ...setup }
}
