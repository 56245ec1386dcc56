/** `GET /v1/sessions/{id}/events`: a session as it is now, and each change of it until its status is final. */
import type { Context } from 'hono'
import type { Config } from '../config.ts'
import type { SessionFeed } from '../session-feed.ts'
import { answerEvents } from './event-stream.ts'
import { addressOf, type Env } from './guards.ts'

export function sessionEvents(config: Config, feed: SessionFeed) {
  return async function sessionEvents(c: Context<Env, '/:id/events'>): Promise<Response> {
    const following = await feed.follow(c.req.param('id'), addressOf(c, config))
    return answerEvents(c, following, (news) =>
      news.kind === 'session' ? { event: 'session', data: news.json } : undefined,
    )
  }
}
