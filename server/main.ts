#!/usr/bin/env node
/** The `coinslot` command: reads the environment and the configuration file, and runs what it is told to. */
import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Command } from './commands/command.ts'
import { reconcile } from './commands/reconcile.ts'
import { serve } from './commands/serve.ts'
import { ConfigurationError } from './config.ts'
import { parseJson } from './json.ts'
import { version } from './version.ts'

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['serve', serve],
  ['reconcile', reconcile],
])

const USAGE = `Usage: coinslot [COMMAND] [--config FILE]

${[...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(11)}${summary}`).join('\n')}
  --config   the configuration; without it COINSLOT_CONFIG or ./coinslot.config.json,
             and where there is none, demo mode
  --version  prints the version
`

const DEFAULT_FILE = 'coinslot.config.json'

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
  })
  const [name = 'serve'] = positionals
  if (values.version) return void process.stdout.write(`${version}\n`)
  if (values.help) return void process.stdout.write(USAGE)
  const command = COMMANDS.get(name)
  if (!command) throw new Error(`there is no command "${name}"\n\n${USAGE}`)
  const configuration = readConfiguration(values.config ?? process.env['COINSLOT_CONFIG'])
  process.exitCode = await command.run({ configuration, environment: process.env })
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
