/** A buyer's click on the button: from the amount, checked, to the payment page, or to what is said where it does not open. */
import type { CheckoutController } from './checkout-controller.ts'
import { send } from './client.ts'
import { CoinslotRedirectEvent, CoinslotSubmitEvent } from './events.ts'
import { createPayment, type Outcome, type Pay } from './payment.ts'
import { openExit, type Exit } from './redirect.ts'

const payments = new WeakMap<CheckoutController, Pay>()

/**
 * Pays the amount that is shown: one session, then the payment page. For a checkout that is idle. Never
 * rejects. To be called in the click itself, or with the window that was `opened` in it.
 */
export async function pay(checkout: CheckoutController, opened?: Window | null): Promise<void> {
  const call = begin(checkout)
  if (!call) return opened?.close()
  const { tools, options } = checkout
  const exit = (tools.openExit ?? openExit)(options!.target, opened)
  checkout.setState('submitting')
  const outcome = await carryOut(checkout, call, exit)
  checkout.told = { ...checkout.told, ...outcome.told }
  if (outcome.code && checkout.call === call) await fail(checkout, outcome)
}

/** Begins a payment, unless the amount is wrong, which is said, or the page does not want it. */
function begin(checkout: CheckoutController): AbortController | undefined {
  checkout.isTyping = false
  checkout.show()
  checkout.error = undefined
  if (!checkout.report()) {
    checkout.dispatchError({ body: {} })
    return undefined
  }
  const call = (checkout.call = new AbortController())
  const { host, amount, terms } = checkout
  const isWanted = host.dispatch(new CoinslotSubmitEvent(amount!, terms!.currency))
  // The page may have changed what is to be paid.
  if (checkout.call !== call) return undefined
  if (isWanted) return call
  checkout.stop()
  return undefined
}

function carryOut(
  checkout: CheckoutController,
  call: AbortController,
  exit: Exit,
): Promise<Outcome> {
  const { host, tools, fields, amount, terms } = checkout
  const payment = payments.get(checkout) ?? createPayment()
  payments.set(checkout, payment)
  const options = checkout.options!
  const isCurrent = () => checkout.call === call
  return payment({
    options: { ...options, customer: (fields ?? options).customer },
    amount: checkout.entry as bigint,
    amountText: amount!,
    currency: terms!.currency,
    send: (path, init) => send(tools, call, options.server + path, init),
    after: tools.after,
    exit,
    isCurrent,
    announce(id, url) {
      const isLetPass = host.dispatch(new CoinslotRedirectEvent(id, url)) && isCurrent()
      if (isLetPass) checkout.setState('redirecting')
      return isLetPass
    },
    stop: () => isCurrent() && checkout.stop(),
  })
}

async function fail(checkout: CheckoutController, outcome: Outcome): Promise<void> {
  checkout.stop()
  const { currency } = checkout.told
  if (currency && currency !== checkout.terms!.currency) checkout.terms = undefined
  await checkout.settle()
  // Gone from the page meanwhile, or the true terms could not be had, which was said.
  if (!checkout.terms) return
  checkout.entry = outcome.amount ?? checkout.entry
  checkout.show()
  checkout.setError(outcome.code!)
  checkout.point()
  checkout.dispatchError(outcome)
}
