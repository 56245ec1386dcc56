/** What went wrong with a request, as an error that has an answer. */
import { CoinslotError, Internal, RequestCutOff } from '../errors.ts'

export function toKnown(error: Error, request: Request): CoinslotError {
  if (error instanceof CoinslotError) return error
  return isCutOff(error, request) ? new RequestCutOff() : new Internal(error)
}

/** Whether the client hung up before all of its body was there: in the words of Node's server, or of another. */
function isCutOff(error: Error & { code?: unknown }, { signal }: Request): boolean {
  const isNodes = error.code === 'ECONNRESET' && error.message === 'aborted'
  return isNodes || (error.name === 'AbortError' && signal.aborted)
}
