/** Rows in which webhooks come twice, in any order, too early or never, and the merchant's own system does not listen. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CONTROLS } from '../control.ts'
import type { Row } from '../row.ts'

const BOTH = ['sqlite', 'postgres'] as const

export const duplicates: Row = {
  id: 'R12 R16',
  fault: 'each webhook 50 times at once, with the return page',
  on: BOTH,
  servers: 2,
  control: CONTROLS.noReportTwice,
  async play(stage, traffic) {
    const { client } = stage
    for (const provider of ['sprintcheckout', 'kadosei', 'sprintcheckout'] as const) {
      const order = client.newOrder(provider)
      const { body } = await traffic.open(order)
      const { id } = JSON.parse(body) as { id: string }
      stage.count(49)
      await Promise.all([
        traffic.happen(order, 'paid', 50),
        ...Array.from({ length: 10 }, () => client.look(id)),
      ])
    }
    await traffic.rest()
  },
}

const STORIES = [
  ['sprintcheckout', ['failed', 'paid']],
  ['sprintcheckout', ['expired', 'paid']],
  ['sprintcheckout', ['paid']],
  ['kadosei', ['paid', 'refunded']],
  ['kadosei', ['expired']],
] as const

export const reordered: Row = {
  id: 'R13',
  fault: 'webhooks of one session in any order, some twice',
  on: BOTH,
  servers: 2,
  control: CONTROLS.backwards,
  async play(stage, traffic) {
    const { client, random } = stage
    for (let times = 0; times < 20; times += 1) {
      const [provider, story] = random.pick(STORIES)
      const order = client.newOrder(provider)
      const { body } = await traffic.open(order)
      const { id } = JSON.parse(body) as { id: string }
      const told = []
      for (const what of story) told.push(await traffic.happenSilently(order, what))
      stage.count()
      for (const webhook of random.shuffle([...told, random.pick(told)])) {
        await traffic.deliver(webhook)
        await client.look(id)
      }
    }
    await traffic.rest()
  },
}

export const overtaking: Row = {
  id: 'R14',
  fault: 'a webhook comes before the provider has answered',
  on: BOTH,
  isShort: true,
  control: CONTROLS.noEarlyReports,
  async play(stage, traffic) {
    const { client, providers, toProvider } = stage
    for (const provider of ['sprintcheckout', 'kadosei', 'sprintcheckout'] as const) {
      const order = client.newOrder(provider)
      const trapped = toProvider[provider].trap('answer')
      const opening = traffic.open(order)
      const held = await trapped
      const made = (await providers.ledger()).findLast((entry) => entry.provider === provider)
      if (!made) throw new Error('the provider has made nothing')
      await traffic.deliver(await providers.happen(provider, made.reference, 'paid'))
      held.release()
      await opening
    }
    await traffic.rest({ reconcile: false })
  },
}

export const lost: Row = {
  id: 'R15',
  fault: 'webhooks are lost for ever',
  on: BOTH,
  servers: 2,
  control: CONTROLS.noReconciler,
  async play(stage, traffic) {
    await traffic.load(20, 8, { provider: 'kadosei', paying: 1, losses: 1 })
    stage.count(20)
    await stage.moveClock(2 * 60_000)
    // As long as two of its looks may take.
    for (let waited = 0; waited < 16_000 && (await isOneOpen()); waited += 500) await sleep(500)
    await traffic.rest({ reconcile: false })

    async function isOneOpen(): Promise<boolean> {
      const { sessions } = await stage.database.read()
      return sessions.some(({ status }) => status === 'pending')
    }
  },
}

export const serverDown: Row = {
  id: 'R17',
  fault: 'the server is down while 40 buyers pay; the providers send all again, twice',
  on: BOTH,
  control: CONTROLS.noReportTwice,
  async play(stage, traffic) {
    const { client, server } = stage
    const orders = Array.from({ length: 40 }, () => client.newOrder())
    await Promise.all(orders.map((order) => traffic.open(order)))
    await server.stop('SIGTERM')
    stage.count()
    const told = await Promise.all(
      orders.map(async (order) => {
        const webhook = await traffic.happenSilently(order, 'paid')
        await traffic.deliver(webhook)
        return webhook
      }),
    )
    await server.start()
    await Promise.all([...told, ...told].map((webhook) => traffic.deliver(webhook)))
    await traffic.rest({ reconcile: false })
  },
}

export const deafMerchant: Row = {
  id: 'R23',
  fault: "the merchant's system is down, answers 500, or is cut after it has understood",
  on: BOTH,
  servers: 2,
  control: CONTROLS.tellOnce,
  async play(stage, traffic) {
    const { merchant, toMerchant, random } = stage
    merchant.answer((response) => response.writeHead(random.chance(0.5) ? 500 : 204).end())
    toMerchant.follow((direction) =>
      direction === 'answer' && random.chance(0.3) ? { kind: 'reset' } : undefined,
    )
    await traffic.load(20, 4, { paying: 1 })
    toMerchant.refuse()
    await traffic.load(20, 4, { paying: 1 })
    await traffic.rest()
  },
}
