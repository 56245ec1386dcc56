import { useState } from 'preact/hooks'

const hasPaid = new URLSearchParams(location.search).has('coinslot_session')

export function App() {
  const [isOpen, setOpen] = useState(true)
  const [amount, setAmount] = useState('25.00')
  const [message, setMessage] = useState('')

  return (
    <main>
      <h1>Friends of the library</h1>
      {hasPaid && (
        <coinslot-status
          oncoinslot-status={({ session }) => setMessage(`Your payment is ${session.status}.`)}
        />
      )}
      <button onClick={() => setOpen(!isOpen)}>{isOpen ? 'Not now' : 'Donate'}</button>
      {isOpen && (
        <>
          <button onClick={() => setAmount('50.00')}>Give $50</button>
          <coinslot-checkout
            checkout="donation"
            amount={amount}
            oncoinslot-change={(event) => setMessage(`You give ${event.amount} ${event.currency}.`)}
          />
        </>
      )}
      <p>{message}</p>
    </main>
  )
}
