import { expect } from '@open-wc/testing'
import { english } from '../../server/contract/english.ts'
import { shortNames } from '../../widget/generate/short-names.ts'
import { CoinslotCheckoutElement, CoinslotStatusElement } from '../../widget/elements.ts'

/** What the browser calls the properties of anything that it has. */
function namesOfTheBrowser(): Set<string> {
  const globals = Object.getOwnPropertyNames(window).map((name) => Reflect.get(window, name))
  const owners = globals.flatMap((owner) =>
    typeof owner === 'function' ? [owner, Object(owner.prototype)] : [Object(owner)],
  )
  const intl = Object.values(Object.getOwnPropertyDescriptors(Intl)).map(({ value }) =>
    Object(value?.prototype),
  )
  return new Set([window, ...owners, ...intl].flatMap((owner) => Object.getOwnPropertyNames(owner)))
}

describe('the names that the script tag shortens', () => {
  const names = Object.keys(shortNames)

  it('are no names of the browser', () => {
    const taken = namesOfTheBrowser()
    expect(taken.has('isConnected') && taken.has('formatToParts')).to.equal(true)
    expect(names.filter((name) => taken.has(name))).to.deep.equal([])
  })

  it('are no names that pages or texts have', () => {
    const { attributes, objects } = CoinslotCheckoutElement
    const said = [...attributes, ...objects, ...CoinslotStatusElement.attributes]
    const texts = Object.values(english).flatMap((group) => Object.keys(group))
    const taken = new Set<string>([...said, ...texts, 'server', 'locale'])
    expect(names.filter((name) => taken.has(name))).to.deep.equal([])
  })

  it('are each made into a name of its own', () => {
    expect(new Set(Object.values(shortNames)).size).to.equal(names.length)
  })
})
