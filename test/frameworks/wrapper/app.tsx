/** An app that sells a mug and takes donations, by the components of `coinslot/react`. */
import { StrictMode, useRef, useState } from 'react'
import { CoinslotCheckout, CoinslotStatus, type CoinslotCheckoutElement } from 'coinslot/react'

export function App({ server }: { server: string }) {
  const checkout = useRef<CoinslotCheckoutElement>(null)
  const [amount, setAmount] = useState('25.00')
  const [isOpen, setOpen] = useState(true)
  const [told, setTold] = useState<readonly string[]>([])
  const tell = (text: string) => setTold([...told, text])

  return (
    <StrictMode>
      <button onClick={() => setAmount('40.00')}>Give 40</button>
      <button onClick={() => setOpen(!isOpen)}>Open or close</button>
      <button onClick={() => void checkout.current!.pay()}>Pay it</button>
      {isOpen && (
        <CoinslotCheckout
          ref={checkout}
          className="wide"
          server={server}
          checkout="donation"
          currency="USD"
          amount={amount}
          minAmount="5.00"
          editable
          disabled={false}
          customer={{ email: 'ada@example.com' }}
          messages={{ label: 'Your gift' }}
          onCoinslotReady={() => tell('ready')}
          onCoinslotChange={(event) => tell(`change ${event.amount} ${event.currency}`)}
          onCoinslotSubmit={(event) => tell(`submit ${event.amount}`)}
          onCoinslotRedirect={(event) => {
            event.preventDefault()
            tell(`redirect ${new URL(event.redirectUrl).pathname}`)
          }}
          onCoinslotError={(event) => tell(`error ${event.code} ${event.retryable}`)}
        >
          <b slot="footer">Thank you</b>
        </CoinslotCheckout>
      )}
      <CoinslotStatus
        server={server}
        session="cs_unknown"
        onCoinslotStatus={({ session }) => tell(session.status)}
      />
      <ol>
        {told.map((text, at) => (
          <li key={at}>{text}</li>
        ))}
      </ol>
    </StrictMode>
  )
}

export const refused = [
  // @ts-expect-error an amount is a decimal string
  <CoinslotCheckout key="1" amount={25} />,
  // @ts-expect-error no such target
  <CoinslotCheckout key="2" target="_parent" />,
  // @ts-expect-error no such prop
  <CoinslotCheckout key="3" price="25.00" />,
  // @ts-expect-error the event has no such member
  <CoinslotCheckout key="4" onCoinslotChange={({ detail }) => detail} />,
  // @ts-expect-error another element's event
  <CoinslotStatus key="5" onCoinslotReady={() => undefined} />,
]
