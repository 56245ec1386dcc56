/** The plain elements in React 18, which writes attributes and does nothing else. */

export const page = (
  <>
    <coinslot-checkout checkout="donation" min-amount="5.00" editable="false" disabled="" />
    <coinslot-status session="cs_1" class="wide" />
  </>
)

export const refused = [
  // @ts-expect-error it would write disabled="false", which is disabled
  <coinslot-checkout key="1" disabled={false} />,
  // @ts-expect-error it would write the attribute minamount
  <coinslot-checkout key="2" minAmount="5.00" />,
  // @ts-expect-error it would write [object Object]
  <coinslot-checkout key="3" customer={{ email: 'ada@example.com' }} />,
  // @ts-expect-error it would not listen
  <coinslot-checkout key="4" oncoinslot-ready={() => undefined} />,
  // @ts-expect-error no such attribute
  <coinslot-checkout key="5" price="25.00" />,
]
