/** How the bridge page opens a payment with KuvarPay's browser SDK. */
import type { ProviderBridge, ProviderSetup } from './provider.ts'
import { unseal } from './seal.ts'

interface BridgeSettings {
  readonly sdkUrl: string
  readonly businessId?: string | undefined
}

/**
 * An ES module for browsers. The SDK takes its settings from the attributes of its own script element;
 * its callbacks tell what the buyer has seen, and are no evidence of a payment.
 */
const openingScript = `export function open(payment, { onSuccess, onCancel, onError }) {
  const theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  window.KuvarPay.openPayment(payment, { onSuccess, onCancel, onError }, { theme })
}
`

export function createBridge({
  settings: { sdkUrl, businessId },
  secrets,
  baseUrl,
}: ProviderSetup<BridgeSettings>): ProviderBridge {
  const sdkOrigin = new URL(sdkUrl).origin
  return {
    sdk: {
      url: sdkUrl,
      attributes: {
        'data-api-key': secrets['KUVARPAY_PUBLISHABLE_KEY'] ?? '',
        ...(businessId !== undefined && { 'data-business-id': businessId }),
        'data-base-url': sdkOrigin,
      },
    },
    script: openingScript,
    origins: [...new Set([sdkOrigin, ...(URL.canParse(baseUrl) ? [new URL(baseUrl).origin] : [])])],
    async readHandoff(sessionId, handoff) {
      const secret = secrets['KUVARPAY_API_KEY'] ?? ''
      const payment = await unseal(handoff, sessionId, secret)
      return payment && { sessionId: payment['sessionId'], authToken: payment['authToken'] }
    },
  }
}
