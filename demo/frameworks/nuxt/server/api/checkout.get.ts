import { renderCheckout } from 'coinslot/ssr'

export default defineEventHandler((event) => {
  const { coinslotServer: server } = useRuntimeConfig(event).public
  return renderCheckout({ server, locale: 'en', checkout: 'donation' })
})
