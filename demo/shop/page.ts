/** The sample shop: goods go into the cart, the shop's server signs what it comes to, the element takes the payment. */
import { createMoneyFormat } from '../../server/contract/money-format.ts'
import { CURRENCY, GOODS, MOST, type Sku } from '../../server/demo/goods.ts'
import type { CoinslotCheckoutElement, CoinslotStatusElement } from '../../widget/index.ts'
import { find, findAll } from '../query.ts'
import { loadCart, newCart, priceOf, quantityOf, saveCart, sumOf, withQuantity } from './cart.ts'

const checkout = document.createElement('coinslot-checkout') as CoinslotCheckoutElement
const till = find('.till')
const status = find('coinslot-status') as CoinslotStatusElement
const lines = find('.lines')
const said = find('.said')
const sum = find('.sum')

const money = createMoneyFormat(CURRENCY, document.documentElement.lang)

let cart = loadCart()
let asking: AbortController | undefined

function change(sku: Sku, quantity: number): void {
  cart = withQuantity(cart, sku, quantity)
  saveCart(cart)
  show()
}

function show(): void {
  const isEmpty = cart.lines.length === 0
  const count = cart.lines.reduce((total, { quantity }) => total + quantity, 0)
  find('.count').textContent = isEmpty ? '' : ` · ${count}`
  find('.nothing').hidden = !isEmpty
  sum.hidden = till.hidden = isEmpty
  sum.querySelector('strong')!.textContent = money.full(sumOf(cart))
  for (const sku of Object.keys(GOODS) as Sku[]) showLine(sku)
  void sign()
}

/** A line stays the element that it is, so that its buttons keep the focus. */
function showLine(sku: Sku): void {
  const quantity = quantityOf(cart, sku)
  const known = lines.querySelector(`[data-sku=${sku}]`)
  if (quantity === 0) {
    if (known?.contains(document.activeElement)) find('#cart').focus()
    return known?.remove()
  }
  const line = known ?? lines.appendChild(lineFor(sku))
  line.querySelector('output')!.textContent = String(quantity)
  line.querySelector('.line-price')!.textContent = money.full(priceOf({ sku, quantity }))
  line.querySelector<HTMLButtonElement>('.more')!.disabled = quantity >= MOST
}

function lineFor(sku: Sku): HTMLElement {
  const { name } = GOODS[sku]
  const line = element('li', 'line-item', '')
  line.dataset['sku'] = sku
  const less = button('less', '−', `One ${name} less`, () => change(sku, quantityOf(cart, sku) - 1))
  const more = button('more', '+', `One ${name} more`, () => change(sku, quantityOf(cart, sku) + 1))
  const stepper = element('span', 'stepper', '')
  stepper.append(less, element('output', '', ''), more)
  line.append(element('span', 'line-name', name), stepper, element('span', 'line-price', ''))
  return line
}

/** Asks the shop's server for the signed terms; until they are there, nothing can be paid. */
async function sign(): Promise<void> {
  asking?.abort()
  if (cart.lines.length === 0) return
  checkout.disabled = true
  const { signal } = (asking = new AbortController())
  try {
    const answer = await fetch('/demo/carts', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(cart),
      signal,
    })
    if (!answer.ok) throw new Error(`The shop answered ${answer.status}.`)
    checkout.offer = ((await answer.json()) as { offer: string }).offer
    checkout.disabled = false
    // Not there before it has something to ask for.
    if (!checkout.isConnected) till.append(checkout)
  } catch {
    if (!signal.aborted) said.textContent = 'The till cannot be reached just now. Try again.'
  }
}

function beginAnew(): void {
  cart = newCart()
  saveCart(cart)
  show()
}

function element(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}

function button(className: string, text: string, name: string, press: () => void): HTMLElement {
  const made = element('button', className, text) as HTMLButtonElement
  made.type = 'button'
  made.ariaLabel = name
  made.addEventListener('click', press)
  return made
}

for (const good of findAll('.good')) {
  const sku = good.dataset['sku'] as Sku
  good.querySelector('.add')!.addEventListener('click', () => {
    change(sku, quantityOf(cart, sku) + 1)
    // Emptied first, so that a second one is announced as well.
    said.textContent = ''
    setTimeout(() => (said.textContent = `${GOODS[sku].name} is in your cart.`), 50)
  })
}

checkout.addEventListener('coinslot-error', ({ code }) => {
  if (code === 'order_already_paid') beginAnew()
})

if (new URLSearchParams(location.search).has('coinslot_session')) {
  find('.order').hidden = false
  find('.floor').hidden = true
  status.addEventListener('coinslot-status', ({ session }) => {
    document.title = `Your order: ${session.status} · Kiln & Kettle`
    // What the server says is what counts: only then is the cart an order.
    if (session.status === 'paid' && session.orderId === cart.id) beginAnew()
  })
}
show()
