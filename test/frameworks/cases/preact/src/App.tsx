import { useEffect, useRef, useState } from 'preact/hooks'
import type { CoinslotCheckoutElement } from 'coinslot'
import { sceneAt } from './scenes'

export function App() {
  const [step, setStep] = useState(0)
  const [heard, setHeard] = useState('')
  const hear = (text: string) => setHeard((heard) => `${heard} ${text}`)
  const bare = useRef<CoinslotCheckoutElement>(null)
  useEffect(() => {
    bare.current!.addEventListener('coinslot-change', () => hear('imperative'))
  }, [])
  const { text, amount, isOff, isHidden, isThere, customer } = sceneAt(step)

  return (
    <>
      <button onClick={() => setStep(step + 1)}>Next</button>
      <p id="heard">{heard}</p>
      <coinslot-checkout
        id="data"
        checkout="donation"
        currency="USD"
        min-amount="5.00"
        description={text}
        amount={amount}
        disabled={isOff}
        editable={!isOff}
        customer={customer}
        oncoinslot-ready={() => hear('ready')}
        oncoinslot-change={(event) => hear(`${text}:${event.amount}`)}
        oncoinslot-submit={(event) => event.preventDefault()}
      />
      <coinslot-checkout
        id="bare"
        ref={bare}
        checkout="donation"
        currency="USD"
        amount="1.00"
        editable
      />
      <coinslot-checkout
        id="parent"
        checkout="donation"
        currency="USD"
        amount="2.00"
        editable
        hidden={isHidden}
      >
        <b slot="footer">{text}</b>
        {isThere && <i slot="label">Gift</i>}
      </coinslot-checkout>
      {isThere && <coinslot-checkout id="gone" checkout="donation" currency="USD" amount="3.00" />}
    </>
  )
}
