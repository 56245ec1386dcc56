/** All behaviour of a payment's status, without a framework: which session, when to look, what is known. */
import type { Session } from '../server/contract/schemas.ts'
import { isFinal, watchSession, type Sighting, type WatchTools } from './session-watch.ts'

/** What the page says. */
export interface StatusOptions {
  readonly server: string
  /** By default the session that the page's address names. */
  readonly session: string | null
}

/** What shows the status. */
export interface StatusHost {
  /** Called after every change of what is to be shown. */
  update(): void
  /** Called after every change of the session. */
  report(session: Session): void
}

/** What the controller needs of its surroundings; tests pass their own. */
export interface StatusTools extends WatchTools {
  /** Calls at once and at each change with whether the page can be seen; what it answers ends that. */
  readonly watchPage: (changed: (isSeen: boolean) => void) => () => void
  /** The query of the page's address. */
  readonly query: () => string
}

export type Standing = Sighting | 'asking' | 'unnamed'

/** One status on a page. `standing` is for the host to read, never to write. */
export class StatusController {
  standing: Standing = 'asking'

  #host: StatusHost
  #tools: StatusTools
  #url: string | undefined
  #unwatchPage: (() => void) | undefined
  #unwatchSession: (() => void) | undefined

  constructor(host: StatusHost, tools: StatusTools) {
    this.#host = host
    this.#tools = tools
  }

  /** Takes what the page says, at first and after each change; follows that session from now on. */
  configure({ server, session }: StatusOptions): void {
    // Nothing else of the address is looked at: anybody can write "paid" there.
    const id = session || new URLSearchParams(this.#tools.query()).get('coinslot_session')
    const url = id ? `${server}/v1/sessions/${encodeURIComponent(id)}` : ''
    const isOther = this.#url !== url
    if (!isOther && this.#unwatchPage) return
    this.disconnect()
    this.#url = url
    if (isOther) {
      this.standing = url ? 'asking' : 'unnamed'
      this.#host.update()
    }
    if (url) this.#unwatchPage = this.#tools.watchPage((isSeen) => this.#watch(isSeen))
  }

  /** The status has left the page. */
  disconnect(): void {
    this.#unwatchPage?.()
    this.#watch(false)
    this.#unwatchPage = undefined
  }

  #watch(isWanted: boolean): void {
    if (isWanted && (this.#unwatchSession || this.#isOver)) return
    this.#unwatchSession?.()
    this.#unwatchSession = isWanted
      ? watchSession(this.#url!, this.#tools, (sighting) => this.#see(sighting))
      : undefined
  }

  get #isOver(): boolean {
    return typeof this.standing !== 'string' && isFinal(this.standing)
  }

  #see(sighting: Sighting): void {
    const before = this.standing
    // What was known still holds while nobody answers.
    if (typeof sighting === 'string' && typeof before !== 'string') return
    if (JSON.stringify(before) === JSON.stringify(sighting)) return
    this.standing = sighting
    this.#host.update()
    if (typeof sighting !== 'string') this.#host.report(sighting)
  }
}
