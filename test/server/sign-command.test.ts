/** What `coinslot sign` refuses before anything is printed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sign } from '../../server/commands/sign.ts'

const SECRET = 'a secret of at least thirty-two bytes'
const folder = await mkdtemp(join(tmpdir(), 'coinslot-sign-'))
afterAll(() => rm(folder, { recursive: true }))

interface Run {
  /** What is in the file that it is told of. */
  readonly file?: string
  readonly values?: object
  readonly secret?: string
  readonly configuration?: unknown
}

let files = 0
async function run({ file, values = {}, secret = SECRET, configuration }: Run): Promise<number> {
  const path = join(folder, `${(files += 1)}.json`)
  if (file !== undefined) await writeFile(path, file)
  return sign.run({
    configuration,
    environment: { COINSLOT_SECRET: secret },
    words: [],
    columns: 80,
    values: { 'expires-in': '1d', ...(file !== undefined && { file: path }), ...values },
  })
}

const lamp = { provider: 'sprintcheckout', currency: 'USD', amount: '40.00' }
const configuration = { providers: { sprintcheckout: {}, sandbox: {} }, checkouts: { lamp } }
const named = { values: { checkout: 'lamp' } }

describe('coinslot sign refuses', () => {
  it.each<[string, Run, RegExp]>([
    ['nothing to sign', {}, /provider: must name a provider\n  - currency: is missing$/],
    ['to sign without a secret', { ...named, secret: '' }, /COINSLOT_SECRET/],
    ['a short secret', { ...named, secret: 'short' }, /32 bytes or more/],
    ['a wrong amount', { values: { checkout: 'lamp', amount: '1,5' } }, /amount: "1,5" is no dec/],
    ['a wrong span', { values: { checkout: 'lamp', 'expires-in': 'soon' } }, /expiresIn: must be/],
    ['a file that is not there', { values: { file: join(folder, 'none') } }, /none: ENOENT/],
    ['a file that is no JSON', { file: '{' }, /\d\.json: /],
    ['a key twice', { file: '{"amount":"1","amount":"2"}' }, /"amount" is there twice/],
    ['a list of orders', { file: '[]' }, /holds no object of terms/],
    ['a number', { file: '{"checkout":"lamp","amount":40}' }, /amount: must be a decimal string/],
  ])('%s', async (_, input, told) => {
    await expect(run(input)).rejects.toThrow(told)
  })

  it.each<[string, object, RegExp]>([
    ['a checkout that is not configured', { checkout: 'desk' }, /no checkout with this id/],
    ['decimals that its currency has not', { checkout: 'lamp', amount: '4.001' }, /more than 2/],
    ['a provider that is not configured', { ...lamp, provider: 'kadosei' }, /not configured/],
    [
      'an order type that is not its provider’s',
      { ...lamp, orderType: 'STATIC', provider: 'sandbox' },
      /order type/,
    ],
    ['an amount outside the limits', { checkout: 'lamp', maxAmount: '39.00' }, /minAmount and max/],
  ])('%s, where there is a configuration', async (_, terms, told) => {
    const input = { file: JSON.stringify(terms), configuration }
    await expect(run(input)).rejects.toThrow(told)
  })

  it('a configuration that is none, with what is wrong in it', async () => {
    await expect(run({ ...named, configuration: { checkouts: 7 } })).rejects.toThrow(/checkouts: /)
  })
})
