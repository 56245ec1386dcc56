/** The elements in Preact. */
import type { CoinslotCheckoutElement } from 'coinslot/elements'
import { createRef } from 'preact'

const checkout = createRef<CoinslotCheckoutElement>()

export const page = (
  <coinslot-checkout
    ref={checkout}
    class="wide"
    checkout="donation"
    minAmount="5.00"
    editable={false}
    messages={{ label: 'Gift' }}
    oncoinslot-change={({ amount, currency }) => `${amount} ${currency}`}
  >
    <b slot="button">Give</b>
  </coinslot-checkout>
)

export const refused = [
  // @ts-expect-error an amount is a decimal string
  <coinslot-checkout amount={25} />,
  // @ts-expect-error no such attribute
  <coinslot-checkout price="25.00" />,
  // @ts-expect-error the event has no such member
  <coinslot-checkout oncoinslot-change={({ detail }) => detail} />,
]
