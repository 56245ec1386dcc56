/** A reporter for vitest: what each framework satisfies, as a table. */
import type { Reporter, TestCase, TestModule } from 'vitest/node'

const TITLE = /^cases: (.*)$/

export default class Table implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = new Map<string, Map<string, string>>()
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const [, framework] = TITLE.exec(test.parent.type === 'suite' ? test.parent.name : '') ?? []
      if (!framework) continue
      const row = rows.get(test.name) ?? new Map<string, string>()
      rows.set(test.name, row.set(framework, outcome(test)))
    }
    const frameworks = new Set([...rows.values()].flatMap((row) => Array.from(row.keys())))
    if (frameworks.size) console.log(`\n${table([...frameworks].toSorted(), rows)}\n`)
  }
}

function outcome(test: TestCase): string {
  if (test.result().state !== 'passed') return 'FAILED'
  return test.options.fails ? 'cannot' : 'yes'
}

function table(
  frameworks: readonly string[],
  rows: ReadonlyMap<string, ReadonlyMap<string, string>>,
): string {
  const cells = [...rows].map(([name, row]) =>
    [name].concat(frameworks.map((framework) => row.get(framework) ?? '')),
  )
  const lines = [['', ...frameworks], ...cells]
  const widths = lines[0]!.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)))
  return lines.map((line) => line.map((cell, at) => cell.padEnd(widths[at]!)).join('  ')).join('\n')
}
