import { COINSLOT_SERVER as server } from '$app/env/public'
import { renderCheckout } from 'coinslot/ssr'

export async function load() {
  return { checkout: await renderCheckout({ server, locale: 'en', checkout: 'donation' }) }
}
