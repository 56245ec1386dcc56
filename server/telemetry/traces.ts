/** OpenTelemetry spans of requests and of calls to providers; where they go is the affair of the SDK that the operator loads. */
import { httpInstrumentationMiddleware } from '@hono/otel'
import { SpanKind, SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api'
import { version } from '../version.ts'
import { outcomeOf, type Observer } from './observe.ts'

export function createTraces(): Observer {
  const tracer = trace.getTracer('coinslot', version)

  return {
    middleware: httpInstrumentationMiddleware({ tracer: discreet(tracer) }),
    call({ provider, operation }, work) {
      const options = {
        kind: SpanKind.CLIENT,
        attributes: { 'coinslot.provider': provider, 'coinslot.operation': operation },
      }
      return tracer.startActiveSpan(`${provider} ${operation}`, options, async (span) => {
        try {
          return await work()
        } catch (error) {
          const outcome = outcomeOf(error)
          span.setAttribute('error.type', outcome)
          // A refusal is an answer.
          if (outcome !== 'rejected') span.setStatus({ code: SpanStatusCode.ERROR })
          throw error
        } finally {
          span.end()
        }
      })
    },
  }
}

/**
 * A tracer of requests that tells neither their addresses, in which sessions' ids and offers are (the route is
 * told), nor the messages of errors, which may quote what was sent; and no refusal as a failure of the server.
 */
function discreet(tracer: Tracer): Tracer {
  const startActiveSpan = (
    name: string,
    {
      attributes: { 'url.full': _, ...attributes } = {},
      ...options
    }: Parameters<Tracer['startSpan']>[1] & object,
    context: Parameters<Tracer['startSpan']>[2] & object,
    work: (span: Span) => unknown,
  ) =>
    tracer.startActiveSpan(name, { ...options, attributes }, context, (span) =>
      work(withoutErrors(span)),
    )
  return {
    startSpan: (...all) => tracer.startSpan(...all),
    startActiveSpan: startActiveSpan as Tracer['startActiveSpan'],
  }
}

/** Where the status of an answer is 500 or more, that is the failure, and enough is told by it. */
function withoutErrors(span: Span): Span {
  const { setAttribute, setStatus } = span
  span.recordException = () => {}
  span.setStatus = () => span
  span.setAttribute = (name, value) => {
    if (name === 'http.response.status_code' && Number(value) >= 500) {
      setStatus.call(span, { code: SpanStatusCode.ERROR })
    }
    return setAttribute.call(span, name, value)
  }
  return span
}
