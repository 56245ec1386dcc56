/** What a command of `coinslot` is. */
import type { Environment } from '../config.ts'

export interface Command {
  /** For the usage. */
  readonly summary: string
  /** @returns the exit code */
  run(input: CommandInput): Promise<number>
}

export interface CommandInput {
  /** What the configuration file holds; undefined where there is none. */
  readonly configuration: unknown
  readonly environment: Environment
}
