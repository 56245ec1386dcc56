/** The bank's part, played on the page: each way that a payment can end in the sandbox, and what the buyer sees then. */
import type { SandboxEnding } from '../../server/sandbox/endings.ts'
import { find } from '../query.ts'

const ENDINGS: Readonly<Record<SandboxEnding, string>> = {
  paid: 'Paid',
  declined: 'Declined',
  canceled: 'Cancelled',
  expired: 'Expired',
  processing: 'Paid slowly',
  underpaid: 'Too little paid',
  overpaid: 'Too much paid',
  late: 'Paid too late',
  twice: 'Paid twice',
  refunded: 'Paid, then refunded',
}

/** How one that is under way can still go. */
const AFTER_PROCESSING: Partial<Readonly<Record<SandboxEnding, string>>> = {
  paid: 'The money arrives',
  declined: 'Declined after all',
}

export interface Rehearsal {
  begin(sessionId: string, redirectUrl: string): void
}

/** @param onEnd the buyer begins again */
export function createRehearsal(onEnd: () => void): Rehearsal {
  const bank = find('.bank')
  const title = find('#bank-title')
  const lead = find('.bank-lead')
  const endings = find('.endings')
  const problem = find('.bank-problem')
  const returned = find('.returned')
  const page = find('.bank-page') as HTMLAnchorElement
  const till = find('.till')
  let session = ''
  /** On this very origin, whatever name this machine was called by. */
  let path = ''

  function offer(choices: Partial<Readonly<Record<SandboxEnding, string>>>): void {
    endings.replaceChildren(
      ...Object.entries(choices).map(([ending, label]) => {
        const button = document.createElement('button')
        button.type = 'button'
        button.value = ending
        button.textContent = label
        return button
      }),
    )
    endings.hidden = lead.hidden = false
  }

  async function end(ending: SandboxEnding): Promise<void> {
    problem.textContent = ''
    try {
      // Where the bank would send the buyer is not gone to: he is here.
      await fetch(path, {
        method: 'POST',
        body: new URLSearchParams({ outcome: ending }),
        redirect: 'manual',
      })
    } catch {
      problem.textContent = 'The bank could not be reached. Try again.'
      return
    }
    if (ending === 'processing') {
      offer(AFTER_PROCESSING)
      title.textContent = 'The payment is on its way'
    } else {
      endings.hidden = lead.hidden = true
      title.textContent = 'The buyer is back'
    }
    showStatus()
    title.focus()
  }

  function showStatus(): void {
    if (!returned.hidden) return
    const status = document.createElement('coinslot-status')
    status.setAttribute('session', session)
    returned.replaceChildren(status)
    returned.hidden = false
  }

  endings.addEventListener('click', ({ target }) => {
    if (target instanceof HTMLButtonElement) void end(target.value as SandboxEnding)
  })
  find('.again').addEventListener('click', () => {
    bank.hidden = true
    till.hidden = false
    returned.replaceChildren()
    onEnd()
  })

  return {
    begin(sessionId, redirectUrl) {
      session = sessionId
      path = new URL(redirectUrl).pathname
      page.href = path
      problem.textContent = ''
      returned.hidden = true
      title.textContent = 'The buyer is at the bank'
      offer(ENDINGS)
      till.hidden = true
      bank.hidden = false
      title.focus()
    },
  }
}
