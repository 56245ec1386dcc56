#!/usr/bin/env node
/** The `coinslot` command: reads the environment and the configuration file, and runs what it is told to. */
import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { check } from './commands/check.ts'
import type { Command, CommandInput } from './commands/command.ts'
import { reconcile } from './commands/reconcile.ts'
import { serve } from './commands/serve.ts'
import { sessions } from './commands/sessions.ts'
import { sign } from './commands/sign.ts'
import { ConfigurationError } from './config.ts'
import { parseJson } from './json.ts'
import { version } from './version.ts'

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['serve', serve],
  ['check', check],
  ['reconcile', reconcile],
  ['sign', sign],
  ['sessions', sessions],
])

const USAGE = `Usage: coinslot [COMMAND] [--config FILE]

Without a command it serves. coinslot COMMAND --help tells the options of one.

${[...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(11)}${summary}`).join('\n')}
  --config   the configuration; without it COINSLOT_CONFIG or ./coinslot.config.json,
             and where there is none, demo mode
  --version  prints the version
`

const DEFAULT_FILE = 'coinslot.config.json'

async function main(): Promise<void> {
  const named = commandNamed()
  const name = named ?? 'serve'
  const command = COMMANDS.get(name)
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: { ...command?.options, ...OPTIONS },
  })
  if (values.version) return void process.stdout.write(`${version}\n`)
  if (values.help) return void process.stdout.write((named && command?.usage) || USAGE)
  if (!command) throw new Error(`there is no command "${name}"\n\n${USAGE}`)
  process.exitCode = await command.run({
    ...readFor(command, values.config ?? process.env['COINSLOT_CONFIG']),
    environment: process.env,
    words: positionals.slice(1),
    columns: process.stdout.columns ?? 80,
    values,
  })
}

const OPTIONS = {
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

/** It comes before its own options, which are not known yet. */
function commandNamed(): string | undefined {
  const { positionals } = parseArgs({ options: OPTIONS, allowPositionals: true, strict: false })
  return positionals[0]
}

function readFor(
  { tellsProblems }: Command,
  named: string | undefined,
): Pick<CommandInput, 'configuration' | 'problem'> {
  try {
    return { configuration: readConfiguration(named) }
  } catch (error) {
    if (!tellsProblems || !(error instanceof ConfigurationError)) throw error
    return { configuration: undefined, problem: error }
  }
}

/** Undefined where no file was named and none is there: demo mode. */
function readConfiguration(named: string | undefined): unknown {
  const path = named || DEFAULT_FILE
  if (!named && !existsSync(path)) return undefined
  try {
    return parseJson(readFileSync(path, 'utf8')) ?? null
  } catch (error) {
    throw new ConfigurationError([
      `${path}: ${error instanceof Error ? error.message : 'unreadable'}`,
    ])
  }
}

main().catch((error: unknown) => {
  const told = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${told}\n`)
  process.exitCode = 1
})
