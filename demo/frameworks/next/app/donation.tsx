'use client'

import { useState } from 'react'
import { CoinslotCheckout, CoinslotStatus } from 'coinslot/react'
import { server } from './server'

export function Donation({ hasPaid }: { hasPaid: boolean }) {
  const [isOpen, setOpen] = useState(true)
  const [amount, setAmount] = useState('25.00')
  const [message, setMessage] = useState('')

  return (
    <main>
      <h1>Friends of the library</h1>
      {hasPaid && (
        <CoinslotStatus
          server={server}
          onCoinslotStatus={({ session }) => setMessage(`Your payment is ${session.status}.`)}
        />
      )}
      <button onClick={() => setOpen(!isOpen)}>{isOpen ? 'Not now' : 'Donate'}</button>
      {isOpen && (
        <>
          <button onClick={() => setAmount('50.00')}>Give $50</button>
          <CoinslotCheckout
            server={server}
            checkout="donation"
            amount={amount}
            onCoinslotChange={(event) => setMessage(`You give ${event.amount} ${event.currency}.`)}
          />
        </>
      )}
      <p>{message}</p>
    </main>
  )
}
