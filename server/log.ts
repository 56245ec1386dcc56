/** Structured logs, one JSON object a line; what is logged is chosen field by field, never a whole object. */
import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino'
import { CoinslotError } from './errors.ts'

export type Log = Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>

export function createLog(level: string, destination: DestinationStream): Log {
  return pino({ level, base: null, serializers: { err: describeError } }, destination)
}

/**
 * An error for the log. Ours tell their cause's message, which the code that threw it wrote; of any
 * other only the type and the stack are kept, because its message may quote data.
 */
function describeError(error: unknown): unknown {
  if (error instanceof CoinslotError) {
    const { cause } = error
    const told = cause instanceof Error ? cause.message : undefined
    return error.code === 'internal' && cause !== undefined
      ? { code: error.code, cause: describeError(cause) }
      : { code: error.code, message: error.message, cause: told }
  }
  if (!(error instanceof Error)) return { type: typeof error }
  const { type, stack } = stdSerializers.err(error)
  return { type, stack: framesOf(stack, error.message) }
}

/** Where it happened, and where its causes did: their messages stand between the frames. */
function framesOf(stack: string, message: string): string[] {
  const lines = (message ? stack.replaceAll(message, '…') : stack).split('\n')
  return lines.filter((line) => line.startsWith('    at '))
}
