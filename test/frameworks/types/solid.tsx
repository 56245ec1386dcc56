/** The elements in Solid. */

export const page = (
  <>
    <coinslot-checkout
      class="wide"
      checkout="donation"
      attr:min-amount="5.00"
      prop:customer={{ email: 'ada@example.com' }}
      ref={(element) => void element.pay()}
      on:coinslot-redirect={(event) => event.preventDefault()}
    />
    <coinslot-status session="cs_1" on:coinslot-status={({ session }) => session.amount} />
  </>
)

export const refused = [
  // @ts-expect-error an amount is a decimal string
  <coinslot-checkout prop:amount={25} />,
  // @ts-expect-error no such attribute
  <coinslot-checkout attr:price="25.00" />,
  // @ts-expect-error the event has no such member
  <coinslot-checkout on:coinslot-change={({ detail }) => detail} />,
]
