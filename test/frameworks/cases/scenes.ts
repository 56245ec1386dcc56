/** What is said of the elements, one scene after the other. */

interface Scene {
  readonly text: string | undefined
  readonly amount: string
  readonly isOff: boolean
  readonly isHidden: boolean
  readonly isThere: boolean
  readonly customer: { readonly email: string }
}

// The types refuse a number; this is about what comes of it.
const amount = 25 as unknown as string

const first = { text: 'One', amount, isOff: true, isHidden: false, isThere: true }
const second = { text: 'Two', amount: '30.00', isOff: false, isHidden: true, isThere: false }

const scenes: readonly Scene[] = [
  { ...first, customer: { email: 'one@shop.example' } },
  { ...second, customer: { email: 'two@shop.example' } },
  { ...first, text: undefined, isOff: false, customer: { email: 'three@shop.example' } },
]

export const sceneAt = (step: number) => scenes[step]!

const isLate = location.search === '?late'

/** Mounts the page; `coinslot` comes before, or when the test says so. */
export async function start(mount: () => void): Promise<void> {
  const define = () => import('coinslot')
  if (!isLate) await define()
  Object.assign(window, { define_: define })
  mount()
}
