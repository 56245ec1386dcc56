/** The elements in a page's own script: known by their tags, with their events. */
import 'coinslot'

const checkout = document.querySelector('coinslot-checkout')!
checkout.addEventListener('coinslot-redirect', (event) => {
  event.preventDefault()
  location.assign(event.redirectUrl)
})
document.addEventListener('coinslot-error', ({ code, requestId }) => console.warn(code, requestId))
checkout.amount = '25.00'
checkout.customer = { email: 'ada@example.com' }
document.createElement('coinslot-status').addEventListener('coinslot-status', ({ session }) => {
  console.info(session.status)
})

// @ts-expect-error an amount is a decimal string
checkout.amount = 25
// @ts-expect-error the state is read
checkout.state = 'idle'
