/** `coinslot reconcile`: brings every open session to how it stands at its provider. */
import { createCoinslot } from '../coinslot.ts'
import type { Reconciliation } from '../settlement/reconcile.ts'
import type { Command } from './command.ts'
import { selfUrl } from './server-url.ts'

export const reconcile: Command = {
  summary:
    'asks the providers about every open session and ends those past their time; what your\n' +
    '             own system could not be told of at once is told by the running server, or the next one',

  async run({ configuration, environment }) {
    const coinslot = await createCoinslot({
      configuration,
      environment,
      selfUrl: selfUrl(environment),
      // What goes on beside the requests is the server's to do.
      repeat: () => async () => {},
    })
    try {
      const reconciliation = await coinslot.reconcile()
      process.stdout.write(toText(reconciliation))
      return reconciliation.unanswered.size > 0 ? 1 : 0
    } finally {
      await coinslot.close()
    }
  },
}

function toText({ asked, settled, expired, unanswered }: Reconciliation): string {
  const lines = [
    `asked    ${asked}`,
    `settled  ${settled}`,
    `expired  ${expired}`,
    ...[...unanswered].map(
      ([provider, count]) =>
        `${provider} could not be asked about ${count} session${count === 1 ? '' : 's'}`,
    ),
  ]
  return `${lines.join('\n')}\n`
}
