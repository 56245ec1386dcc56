/** Server-sent events of what somebody follows, until that ends or he goes away. */
import type { Context } from 'hono'
import { streamSSE, type SSEMessage } from 'hono/streaming'

/** When a browser is to come back to a stream that has ended. */
const RETRY_MS = 3_000

/** What is followed, and how to end that. */
export interface Followed<News> {
  readonly news: AsyncIterable<readonly [News]>
  stop(): void
}

/** @param toEvent the event that tells of a piece of news; none where that only shows that the stream is alive */
export function answerEvents<News>(
  c: Context,
  { news, stop }: Followed<News>,
  toEvent: (news: News) => SSEMessage | undefined,
): Response {
  // nginx would keep the events until it has a bufferful.
  c.header('X-Accel-Buffering', 'no')
  if (c.req.method === 'HEAD') {
    stop()
    return c.body(null, 200, { 'Content-Type': 'text/event-stream' })
  }
  return streamSSE(c, async (stream) => {
    stream.onAbort(stop)
    for await (const [one] of news) {
      const event = toEvent(one)
      if (event) await stream.writeSSE({ ...event, retry: RETRY_MS })
      else await stream.write(':\n\n')
    }
  })
}
