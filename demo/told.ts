/** What the merchant's own system was told of this payment: the demo server plays that system. */
import type { Notification } from '../server/contract/schemas.ts'
import { find } from './query.ts'

const LOOK_EVERY_MS = 1_000
const PATIENCE_MS = 60_000

const section = find('.told')
const list = find('.told ol')

async function fetchTold(session: string): Promise<readonly Notification[]> {
  try {
    const response = await fetch(`/demo/notifications/${encodeURIComponent(session)}`)
    return response.ok ? ((await response.json()) as Notification[]) : []
  } catch {
    return []
  }
}

function show(told: readonly Notification[]): void {
  // Only what is new: a list that is read out must not begin again at every look.
  for (const { type, data } of told.slice(list.children.length)) {
    const entry = document.createElement('li')
    const name = document.createElement('code')
    const stand = document.createElement('span')
    name.textContent = type
    stand.textContent = [data.status, data.exception].filter(Boolean).join(', ')
    entry.append(name, stand)
    list.append(entry)
  }
  section.hidden = list.children.length === 0
}

async function follow(session: string): Promise<void> {
  for (const start = performance.now(); performance.now() - start < PATIENCE_MS;) {
    show(await fetchTold(session))
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

const session = new URLSearchParams(location.search).get('coinslot_session')
if (session) void follow(session)
