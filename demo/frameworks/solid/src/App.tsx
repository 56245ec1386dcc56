import { createSignal, Show } from 'solid-js'

const hasPaid = new URLSearchParams(location.search).has('coinslot_session')

export function App() {
  const [isOpen, setOpen] = createSignal(true)
  const [amount, setAmount] = createSignal('25.00')
  const [message, setMessage] = createSignal('')

  return (
    <main>
      <h1>Friends of the library</h1>
      <Show when={hasPaid}>
        <coinslot-status
          on:coinslot-status={({ session }) => setMessage(`Your payment is ${session.status}.`)}
        />
      </Show>
      <button onClick={() => setOpen(!isOpen())}>{isOpen() ? 'Not now' : 'Donate'}</button>
      <Show when={isOpen()}>
        <button onClick={() => setAmount('50.00')}>Give $50</button>
        <coinslot-checkout
          checkout="donation"
          amount={amount()}
          on:coinslot-change={(event) => setMessage(`You give ${event.amount} ${event.currency}.`)}
        />
      </Show>
      <p>{message()}</p>
    </main>
  )
}
