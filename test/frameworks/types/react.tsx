/** The plain elements in React 19, which sets properties and listens. */
import type { CoinslotCheckoutElement } from 'coinslot/elements'
import { useRef } from 'react'

export function Page() {
  const checkout = useRef<CoinslotCheckoutElement>(null)
  return (
    <>
      <coinslot-checkout
        ref={checkout}
        className="wide"
        checkout="donation"
        min-amount="5.00"
        editable={false}
        disabled
        target="_top"
        customer={{ email: 'ada@example.com' }}
        oncoinslot-redirect={(event) => event.redirectUrl.startsWith('https:')}
      >
        <b slot="button">Give</b>
      </coinslot-checkout>
      <coinslot-status session="cs_1" oncoinslot-status={({ session }) => session.status} />
    </>
  )
}

export const refused = [
  // @ts-expect-error an amount is a decimal string
  <coinslot-checkout key="1" amount={25} />,
  // @ts-expect-error no such target
  <coinslot-checkout key="2" target="_parent" />,
  // @ts-expect-error no such attribute
  <coinslot-checkout key="3" price="25.00" />,
  // @ts-expect-error the state is read
  <coinslot-checkout key="4" state="idle" />,
  // @ts-expect-error the event has no such member
  <coinslot-checkout key="5" oncoinslot-change={({ detail }) => detail} />,
]
