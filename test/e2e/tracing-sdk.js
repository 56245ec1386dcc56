/** An OpenTelemetry SDK as an operator loads one by `--import`; it prints the names of spans. */
import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

/** @type {import('@opentelemetry/sdk-trace-base').SpanExporter} */
const exporter = {
  export(spans, done) {
    for (const { name } of spans) process.stdout.write(`SPAN ${name}\n`)
    done({ code: 0 })
  },
  shutdown: async () => {},
}

trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
)
