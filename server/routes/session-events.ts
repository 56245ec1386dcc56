/** `GET /v1/sessions/{id}/events`: a session as it is now, and each change of it until its status is final. */
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Config } from '../config.ts'
import type { SessionFeed } from '../session-feed.ts'
import { addressOf, type Env } from './guards.ts'

/** When a browser is to come back to a stream that has ended. */
const RETRY_MS = 3_000

export function sessionEvents(config: Config, feed: SessionFeed) {
  return async function sessionEvents(c: Context<Env, '/:id/events'>): Promise<Response> {
    const { news, stop } = await feed.follow(c.req.param('id'), addressOf(c, config))
    // nginx would keep the events until it has a bufferful.
    c.header('X-Accel-Buffering', 'no')
    if (c.req.method === 'HEAD') {
      stop()
      return c.body(null, 200, { 'Content-Type': 'text/event-stream' })
    }
    return streamSSE(c, async (stream) => {
      stream.onAbort(stop)
      for await (const [item] of news) {
        if (item.kind === 'nothing') await stream.write(':\n\n')
        else await stream.writeSSE({ event: 'session', data: item.json, retry: RETRY_MS })
      }
    })
  }
}
