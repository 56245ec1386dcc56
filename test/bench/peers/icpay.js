/** The pay button of ICPay, which is a Lit element with an SDK. */
import '@ic-pay/icpay-widget'

const button = document.createElement('icpay-pay-button')
button.config = { publishableKey: 'pk_test', amountUsd: 25 }
document.querySelector('#pay').append(button)
