import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONTROLS, findFile, makeControl, removeControls } from '../faults/control.ts'
import { playRow } from '../faults/play-row.ts'
import { startProviders, type ProviderProcess } from '../faults/provider-process.ts'
import { ROWS } from '../faults/rows/all.ts'
import { overtaking } from '../faults/rows/webhooks.ts'

const SEED = 1
/** Much longer than a row takes, also where others keep the machine busy. */
const PATIENCE_MS = 180_000

let providers: ProviderProcess

beforeAll(async () => {
  providers = await startProviders()
})

afterAll(async () => {
  await providers.stop()
  await removeControls()
})

describe('under faults, the invariants hold', { timeout: PATIENCE_MS }, () => {
  it.each(ROWS.filter(({ isShort }) => isShort))('$id: $fault', async (row) => {
    const { violations, faults } = await playRow({ row, on: 'sqlite', seed: SEED, providers })
    expect(violations).toEqual([])
    expect(faults).toBeGreaterThan(0)
  })

  it('and do not where a defence is switched off', async () => {
    const main = await makeControl(CONTROLS.noEarlyReports)
    const { violations } = await playRow({
      row: overtaking,
      on: 'sqlite',
      seed: SEED,
      providers,
      main,
    })
    expect(violations).toContainEqual(expect.stringMatching(/^I4:/))
  })
})

it.each(Object.values(CONTROLS))(
  'the control without "$without" finds what it replaces',
  async (control) => {
    await expect(findFile(control)).resolves.toMatch(/\.js$/)
  },
)
