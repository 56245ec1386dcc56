/** What a command of `coinslot` is. */
import type { Environment } from '../config.ts'

export interface Command {
  /** For the usage. */
  readonly summary: string
  /** Options of its own, and what `--help` says of them. */
  readonly options?: Readonly<Record<string, Option>>
  readonly usage?: string
  /** @returns the exit code */
  run(input: CommandInput): Promise<number>
}

export interface CommandInput {
  /** What the configuration file holds; undefined where there is none. */
  readonly configuration: unknown
  readonly environment: Environment
  /** What was written after the command's name, beside the options. */
  readonly words: readonly string[]
  /** How wide the terminal is that the output is for. */
  readonly columns: number
  /** The options that were given. */
  readonly values: Readonly<Record<string, unknown>>
}

type Option = { readonly type: 'string'; readonly default?: string } | { readonly type: 'boolean' }
