/** `coinslot/react`: the elements as components of React 18 and 19, which a server can render, too. */
'use client'
import {
  createElement,
  forwardRef,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  type ForwardRefExoticComponent,
  type HTMLAttributes,
  type ReactNode,
  type RefAttributes,
} from 'react'
import {
  CoinslotCheckoutElement,
  CoinslotReadyEvent,
  CoinslotStatusElement,
  CoinslotStatusEvent,
  type CoinslotChangeEvent,
  type CoinslotErrorEvent,
  type CoinslotRedirectEvent,
  type CoinslotSubmitEvent,
} from './elements.ts'
import { register } from './register.ts'

export * from './elements.ts'

register()

type Listener<Type extends Event> = ((event: Type) => void) | undefined
type Settings<Element, Name extends keyof Element> = {
  [Setting in Name]?: Element[Setting] | undefined
}
type Host<Element, Name> = Omit<HTMLAttributes<Element>, Name & string> & { children?: ReactNode }

type CheckoutSetting =
  | (typeof CoinslotCheckoutElement.attributes)[number]
  | (typeof CoinslotCheckoutElement.objects)[number]
type StatusSetting = (typeof CoinslotStatusElement.attributes)[number]

/** What can be said of `<CoinslotCheckout>`. */
export interface CoinslotCheckoutProps
  extends
    Host<CoinslotCheckoutElement, CheckoutSetting>,
    Settings<CoinslotCheckoutElement, CheckoutSetting> {
  /** The terms are known. */
  onCoinslotReady?: Listener<CoinslotReadyEvent>
  /** The buyer changed the amount. */
  onCoinslotChange?: Listener<CoinslotChangeEvent>
  /** Before the request; `preventDefault()` ends it. */
  onCoinslotSubmit?: Listener<CoinslotSubmitEvent>
  /** Before the page is left; `preventDefault()` leaves that to the page. */
  onCoinslotRedirect?: Listener<CoinslotRedirectEvent>
  /** It cannot go on. */
  onCoinslotError?: Listener<CoinslotErrorEvent>
}

/** What can be said of `<CoinslotStatus>`. */
export interface CoinslotStatusProps
  extends
    Host<CoinslotStatusElement, StatusSetting>,
    Settings<CoinslotStatusElement, StatusSetting> {
  /** What is known has changed. */
  onCoinslotStatus?: Listener<CoinslotStatusEvent>
}

/** `<coinslot-checkout>`: amount field, pay button and everything between click and payment page. */
export const CoinslotCheckout = component<CoinslotCheckoutElement, CoinslotCheckoutProps>(
  'coinslot-checkout',
  CoinslotCheckoutElement,
  ['ready', 'change', 'submit', 'redirect', 'error'],
  ({ state }) => (state === 'idle' ? new CoinslotReadyEvent() : undefined),
)

/** `<coinslot-status>`: where a payment stands, on the page that the buyer comes back to. */
export const CoinslotStatus = component<CoinslotStatusElement, CoinslotStatusProps>(
  'coinslot-status',
  CoinslotStatusElement,
  ['status'],
  ({ current }) => current && new CoinslotStatusEvent(current),
)

// A server runs no effects, and React 18 warns of those that would be in vain there.
const useEarlyEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect

/**
 * What can be an attribute is one, so that the element finds it in what a server rendered; the rest is set, and
 * listened to, before the element looks for the first time. `missed`
 * makes again what an element that a server rendered may have fired before React listened.
 */
function component<Element extends HTMLElement, Props extends object>(
  tag: string,
  { attributes, objects }: { attributes: readonly string[]; objects: readonly string[] },
  events: readonly string[],
  missed: (element: Element) => Event | undefined,
): ForwardRefExoticComponent<Props & RefAttributes<Element>> {
  const Component = forwardRef<Element, Props>((given, forwarded) => {
    const props = given as Readonly<Record<string, unknown>>
    const element = useRef<Element>(null)
    const latest = useRef(props)
    const isMounted = useRef(false)

    useImperativeHandle(forwarded, () => element.current!, [])
    useEarlyEffect(() => {
      latest.current = props
      for (const name of objects) {
        if (Reflect.get(element.current!, name) !== props[name]) {
          Reflect.set(element.current!, name, props[name])
        }
      }
    })
    useEarlyEffect(() => {
      const target = element.current!
      const tell = (event: Event) => {
        const listener = latest.current[toProp(event.type)]
        if (typeof listener === 'function') listener(event)
      }
      for (const name of events) target.addEventListener(`coinslot-${name}`, tell)
      const event = isMounted.current ? undefined : missed(target)
      isMounted.current = true
      if (event) tell(event)
      return () => {
        for (const name of events) target.removeEventListener(`coinslot-${name}`, tell)
      }
    }, [])

    const listeners = events.map((name) => toProp(`coinslot-${name}`))
    return createElement(tag, {
      ...toAttributes(props, attributes, [...objects, ...listeners]),
      ref: element,
    })
  })
  Component.displayName = toPascal(tag)
  return Component as ForwardRefExoticComponent<Props & RefAttributes<Element>>
}

/** What React is to write: no property, because a server has none, and React 18 knows none. */
function toAttributes(
  props: Readonly<Record<string, unknown>>,
  attributes: readonly string[],
  others: readonly string[],
): Record<string, unknown> {
  const entries = Object.entries(props)
    .filter(([name]) => !others.includes(name))
    .map(([name, value]) => {
      if (name === 'className') return ['class', value]
      return attributes.includes(name) ? [toKebab(name), toText(name, value)] : [name, value]
    })
  return Object.fromEntries(entries)
}

function toText(name: string, value: unknown): unknown {
  if (typeof value !== 'boolean') return value ?? undefined
  // To be silent of it is to leave it to the server.
  if (name === 'editable') return String(value)
  // React 18 would write a `false`, which would be as good as `true`.
  return value || undefined
}

function toKebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function toPascal(name: string): string {
  return name.replace(/(^|-)(.)/g, (_, __, letter: string) => letter.toUpperCase())
}

function toProp(event: string): string {
  return `on${toPascal(event)}`
}
