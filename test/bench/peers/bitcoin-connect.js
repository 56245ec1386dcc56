/** The pay button of Bitcoin Connect: as its README has it, an import that defines the element. */
import { init } from '@getalby/bitcoin-connect'

init({ appName: 'Shop' })
document.querySelector('#pay').append(document.createElement('bc-pay-button'))
