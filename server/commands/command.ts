/** What a command of `coinslot` is. */
import type { ConfigurationError, Environment } from '../config.ts'

export interface Command {
  /** For the usage. */
  readonly summary: string
  /** Options of its own, and what `--help` says of them. */
  readonly options?: Readonly<Record<string, Option>>
  readonly usage?: string
  /** It runs, too, where the file of the configuration cannot be read: that is among what it tells. */
  readonly tellsProblems?: true
  /** @returns the exit code */
  run(input: CommandInput): Promise<number>
}

export interface CommandInput {
  /** What the configuration file holds; undefined where there is none. */
  readonly configuration: unknown
  /** Why the file cannot be read, for a command that tells it. */
  readonly problem?: ConfigurationError
  readonly environment: Environment
  /** What was written after the command's name, beside the options. */
  readonly words: readonly string[]
  /** How wide the terminal is that the output is for. */
  readonly columns: number
  /** The options that were given. */
  readonly values: Readonly<Record<string, unknown>>
}

type Option = { readonly type: 'string'; readonly default?: string } | { readonly type: 'boolean' }
