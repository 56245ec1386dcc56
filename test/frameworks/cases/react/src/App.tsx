import { useEffect, useRef, useState } from 'react'
import { CoinslotCheckout, type CoinslotCheckoutElement } from 'coinslot/react'
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
      <CoinslotCheckout
        id="data"
        checkout="donation"
        currency="USD"
        minAmount="5.00"
        description={text}
        amount={amount}
        disabled={isOff}
        editable={!isOff}
        customer={customer}
        onCoinslotReady={() => hear('ready')}
        onCoinslotChange={(event) => hear(`${text}:${event.amount}`)}
        onCoinslotSubmit={(event) => event.preventDefault()}
      />
      <CoinslotCheckout
        id="bare"
        ref={bare}
        checkout="donation"
        currency="USD"
        amount="1.00"
        editable
      />
      <CoinslotCheckout
        id="parent"
        checkout="donation"
        currency="USD"
        amount="2.00"
        editable
        hidden={isHidden}
      >
        <b slot="footer">{text}</b>
        {isThere && <i slot="label">Gift</i>}
      </CoinslotCheckout>
      {isThere && <CoinslotCheckout id="gone" checkout="donation" currency="USD" amount="3.00" />}
    </>
  )
}
