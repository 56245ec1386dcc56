/** Adyen's component of the least size that has a button: it leads to a payment method's own page. */
import { AdyenCheckout, Redirect } from '@adyen/adyen-web'
import '@adyen/adyen-web/styles/adyen.css'

const checkout = await AdyenCheckout({
  clientKey: 'test_BENCHMARK',
  environment: 'test',
  analytics: { enabled: false },
  amount: { value: 2500, currency: 'USD' },
  countryCode: 'US',
  locale: 'en-US',
})
new Redirect(checkout, { type: 'paysafecard', showPayButton: true }).mount('#pay')
