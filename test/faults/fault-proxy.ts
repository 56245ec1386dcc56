/** A TCP proxy between two parties that slows, cuts, halves and swallows what passes: by a plan, or at a moment waited for. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type NetConnectOpts, type Socket } from 'node:net'

/** From whoever connected, or back to it. */
export type Direction = 'request' | 'answer'

export type Fault =
  | { readonly kind: 'slow'; readonly ms: number }
  /** Both sides are reset, and this does not pass. */
  | { readonly kind: 'reset' }
  /** Half of it passes, then both sides are reset. */
  | { readonly kind: 'half' }
  /** Neither this nor anything after it passes on this connection, which stays open, until all is healed. */
  | { readonly kind: 'hang' }

/** What happens to what passes; nothing where it gives nothing. */
export type Plan = (direction: Direction, chunk: Buffer) => Fault | undefined

/** Something that waits in the proxy until it is let go or dropped. */
export interface Held {
  release(): void
  /** Both sides are reset. */
  drop(): void
}

export interface FaultProxy {
  readonly port: number
  /** How many faults there were. */
  readonly fired: () => number
  /** From now on, until the next. */
  follow(plan: Plan): void
  /** No plan any more, no traps, and what is held is let go. */
  heal(): void
  /** Holds the next thing that matches; resolves when it is there. */
  trap(direction: Direction, matches?: (text: string) => boolean): Promise<Held>
  /** Resets every connection, and from now on new ones. */
  refuse(): void
  /** Resets every connection that is open now. */
  cut(): void
  close(): Promise<void>
}

interface Trap {
  readonly direction: Direction
  readonly matches: (text: string) => boolean
  readonly caught: (held: Held) => void
}

interface Passage {
  readonly direction: Direction
  readonly from: Socket
  readonly to: Socket
}

export async function startFaultProxy(upstream: NetConnectOpts): Promise<FaultProxy> {
  const sockets = new Set<Socket>()
  const held = new Set<Held>()
  let traps: Trap[] = []
  let plan: Plan = () => undefined
  let isRefusing = false
  let fired = 0

  function cutAll(): void {
    for (const socket of sockets) reset(socket)
  }

  function hold(cut: () => void, caught: (held: Held) => void): Promise<void> {
    return new Promise((resolve) => {
      const waiting: Held = {
        release: () => (held.delete(waiting), resolve()),
        drop: () => (held.delete(waiting), cut()),
      }
      held.add(waiting)
      caught(waiting)
    })
  }

  async function pass({ direction, from, to }: Passage, chunk: Buffer): Promise<void> {
    const cut = () => (reset(from), reset(to))
    const trap = traps.find(
      (trap) => trap.direction === direction && trap.matches(chunk.toString('latin1')),
    )
    if (trap) {
      traps = traps.filter((other) => other !== trap)
      fired += 1
      await hold(cut, trap.caught)
    }
    const fault = plan(direction, chunk)
    if (fault) fired += 1
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms))
    if (fault?.kind === 'hang') await hold(cut, () => {})
    if (fault?.kind === 'reset') return void cut()
    if (fault?.kind !== 'half') return void to.write(chunk)
    to.write(chunk.subarray(0, chunk.length / 2), cut)
  }

  function forward(passage: Passage): void {
    const { from, to } = passage
    // What comes later may not overtake what is held.
    let before = Promise.resolve()
    sockets.add(from)
    from
      .on('data', (chunk: Buffer) => (before = before.then(() => pass(passage, chunk))))
      .on('end', () => (before = before.then(() => void to.end())))
      .on('error', () => reset(to))
      .on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (isRefusing) {
      fired += 1
      return void reset(client)
    }
    const target = connect({ ...upstream, allowHalfOpen: true } as NetConnectOpts)
    forward({ direction: 'request', from: client, to: target })
    forward({ direction: 'answer', from: target, to: client })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    fired: () => fired,
    follow: (next) => void (plan = next),
    heal() {
      plan = () => undefined
      traps = []
      isRefusing = false
      for (const waiting of held) waiting.release()
    },
    trap: (direction, matches = () => true) =>
      new Promise((caught) => traps.push({ direction, matches, caught })),
    refuse() {
      isRefusing = true
      cutAll()
    },
    cut: cutAll,
    async close() {
      const closed = once(server, 'close')
      server.close()
      cutAll()
      await closed
    },
  }
}

/** A socket that is no TCP's, such as that of PostgreSQL in its folder, can only be closed. */
function reset(socket: Socket): void {
  if (socket.localAddress === undefined) socket.destroy()
  else socket.resetAndDestroy()
}
