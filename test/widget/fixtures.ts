/** What the widget's tests share: offers, sessions, a server's answers, and a controller with its surroundings. */
import * as act from '../../widget/act-part.ts'
import {
  CheckoutController,
  type CheckoutOptions,
  type CheckoutState,
  type CheckoutTools,
  type CustomerFields,
} from '../../widget/checkout-controller.ts'

export const SERVER = 'https://pay.shop.example'

/** A session as the server answers it. */
export function session(changes: Record<string, unknown> = {}) {
  return {
    id: 'cs_3q2-7wAAAAAAAAAAAAAAAA',
    status: 'pending',
    amount: '25.00',
    currency: 'USD',
    redirectUrl: 'https://provider.example/pay/1',
    test: false,
    ...changes,
  }
}

/** The terms of a checkout as the server answers them. */
export function checkoutTerms(changes: Record<string, unknown> = {}) {
  return {
    id: 'donation',
    description: 'Support the library',
    currency: 'USD',
    fractionDigits: 2,
    amount: '25.00',
    editable: true,
    minAmount: '5.00',
    maxAmount: '5000.00',
    presets: [],
    collect: [],
    test: true,
    ...changes,
  }
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json' },
  })
}

export function problem(code: string, status: number, members: Record<string, unknown> = {}) {
  return json(
    { type: 'about:blank', title: code, status, code, requestId: 'r1', ...members },
    status,
  )
}

/** An offer that says this; its signature is none, which only a server would notice. */
export function offer(payload: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(payload))
  const base64 = btoa(String.fromCharCode(...bytes))
  return `e30.${base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}.c2ln`
}

type Reply = Response | Error | 'hang'

/** A server that gives its replies in turn, the last one again and again, and keeps what it was asked. */
export function fakeServer(...replies: Reply[]) {
  const requests: { url: string; init: RequestInit; key: string | undefined; body: unknown }[] = []
  const fetch: typeof globalThis.fetch = (url, init = {}) => {
    const { body } = init
    requests.push({
      url: String(url),
      init,
      key: new Headers(init.headers).get('Idempotency-Key') ?? undefined,
      body: typeof body === 'string' ? JSON.parse(body) : undefined,
    })
    const reply = replies[Math.min(requests.length, replies.length) - 1] ?? 'hang'
    if (reply instanceof Error) return Promise.reject(reply)
    if (reply !== 'hang') return Promise.resolve(reply.clone())
    return new Promise((_, reject) => {
      init.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
    })
  }
  return { fetch, requests }
}

/** Timers that run when they are told to. */
export function fakeTime() {
  const timers = new Set<{ ms: number; run: () => void }>()
  const after: CheckoutTools['after'] = (ms, run) => {
    const timer = { ms, run }
    timers.add(timer)
    return () => timers.delete(timer)
  }
  const pass = (ms: number) => {
    for (const timer of timers) {
      if (timer.ms > ms) continue
      timers.delete(timer)
      timer.run()
    }
  }
  return { after, pass, timers }
}

/** A controller that is on a page, with everything around it kept for the test to look at. */
export function createPage(options: Partial<CheckoutOptions>, ...replies: Reply[]) {
  const server = fakeServer(...replies)
  const time = fakeTime()
  const events: Event[] = []
  const left: string[] = []
  const watchers = new Set<() => void>()
  const page = {
    server,
    time,
    events,
    left,
    exits: 0,
    cancelled: 0,
    focused: 0,
    /** What the fields would be made of, where something is asked of the buyer. */
    loadFields: () => new Promise<CustomerFields>(() => {}),
    stays: false,
    prevents: '',
    onEvent: (_event: Event) => {},
    event: <T extends Event>(type: string) => events.filter((event) => event.type === type) as T[],
    /** Settles once the checkout is in this state and has told of it. */
    reaches: async (state: CheckoutState) => {
      await new Promise<void>((resolve) => {
        const watch = () => void (controller.state === state && resolve())
        watchers.add(watch)
        watch()
      })
      await new Promise<void>((resolve) => queueMicrotask(resolve))
    },
    change: (changes: Partial<CheckoutOptions>) => {
      given = { ...given, ...changes }
      controller.configure(given)
    },
  }
  let given: CheckoutOptions = { server: SERVER, locale: 'en-US', ...options }
  const host = {
    dispatch: (event: Event) => {
      events.push(event)
      page.onEvent(event)
      return event.type !== page.prevents
    },
    update: () => watchers.forEach((watch) => watch()),
    focusField: () => void page.focused++,
    loadFields: () => page.loadFields(),
  }
  const openExit = () => {
    page.exits++
    const go = (url: string) => {
      left.push(url)
      return page.stays
    }
    return { go, cancel: () => void page.cancelled++ }
  }
  const controller = new CheckoutController(host, {
    fetch: server.fetch,
    after: time.after,
    openExit,
    act,
  })
  controller.configure(given)
  return Object.assign(page, { controller })
}

/** The terms of a page that needs no request to know them. */
export const donation = {
  checkout: 'donation',
  currency: 'USD',
  amount: '25.00',
  minAmount: '5.00',
  editable: true,
} as const
