/** One call at a time for the same question: a hundred webhooks of one payment ask the provider twice. */

/**
 * Shares the calls of `call` that `keyOf` finds equal. Who asks while a call is under way gets the
 * answer of one more call, which begins when that one has ended: its answer is newer than the question.
 */
export function shareCalls<Args extends readonly unknown[], Answer>(
  call: (...args: Args) => Promise<Answer>,
  keyOf: (...args: Args) => string,
): (...args: Args) => Promise<Answer> {
  const running = new Map<string, Promise<Answer>>()
  const waiting = new Map<string, Promise<Answer>>()

  function run(key: string, args: Args): Promise<Answer> {
    const answer = call(...args).finally(() => running.delete(key))
    running.set(key, answer)
    return answer
  }

  return (...args) => {
    const key = keyOf(...args)
    const current = running.get(key)
    if (!current) return run(key, args)
    const next =
      waiting.get(key) ??
      current
        .catch(() => undefined)
        .then(() => {
          waiting.delete(key)
          return run(key, args)
        })
    waiting.set(key, next)
    return next
  }
}
