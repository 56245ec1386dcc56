/** A row of the table of faults: what goes wrong, where, and the defence without which it would show. */
import type { Control } from './control.ts'
import type { DatabaseKind } from './database.ts'
import type { Stage } from './stage.ts'
import type { Traffic } from './traffic.ts'

export type Need = 'strace' | 'small disk'

export interface Row {
  readonly id: string
  readonly fault: string
  readonly on: readonly DatabaseKind[]
  /** One by default. */
  readonly servers?: number
  /** In the short form, too. */
  readonly isShort?: boolean
  /** What it cannot do without, and not every machine has. */
  readonly needs?: Need
  /** Sessions that may be opened at a provider in a minute; any number by default. */
  readonly perProvider?: number
  readonly control?: Control
  /** Plays the faults, and lets all come to rest. */
  play(stage: Stage, traffic: Traffic): Promise<void>
}
