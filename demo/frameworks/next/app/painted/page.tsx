import { renderCheckout } from 'coinslot/ssr'
import { connection } from 'next/server'
import { server } from '../server'
import { Elements } from './elements'

export default async function Page() {
  await connection()
  const checkout = await renderCheckout({ server, locale: 'en', checkout: 'donation' })
  return (
    <main>
      <h1>Friends of the library</h1>
      {/* The browser makes a shadow root of the template in it, which React would miss. */}
      <div dangerouslySetInnerHTML={{ __html: checkout }} suppressHydrationWarning />
      <Elements />
    </main>
  )
}
