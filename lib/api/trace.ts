/**
 * Spans of requests for OpenTelemetry. Its SDK is loaded when OTEL_EXPORTER_OTLP_ENDPOINT is set, and never otherwise;
 * names and headers of the exporter come from the same OTEL_ variables that every program of its kind reads.
 */
import type { Span, SpanContext } from '@opentelemetry/api'

export interface Told {
  readonly status: number
  readonly attributes: Readonly<Record<string, string | number>>
}

export interface Tracing {
  /** Begins the span of a request, under its caller's where the header says so. Answers how to end it. */
  begin(traceparent: string | undefined): (name: string, told: Told) => void
  /** Sends what there is. */
  close(): Promise<void>
}

const nothing = () => undefined
const OFF: Tracing = { begin: () => nothing, close: async () => undefined }
const CLOSE_LIMIT_MS = 2000

export async function startTracing(endpoint: string | undefined, version: string): Promise<Tracing> {
  if (endpoint === undefined) return OFF
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }, sdk, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const own = resources.resourceFromAttributes({ 'service.name': 'rollcall', 'service.version': version })
  const resource = own.merge(resources.detectResources({ detectors: [resources.envDetector] }))
  const processor = new sdk.BatchSpanProcessor(new OTLPTraceExporter())
  const provider = new sdk.BasicTracerProvider({ resource, spanProcessors: [processor] })
  const tracer = provider.getTracer('rollcall')
  return {
    begin(traceparent) {
      const caller = parseTraceparent(traceparent)
      const parent = caller ? trace.setSpanContext(ROOT_CONTEXT, caller) : ROOT_CONTEXT
      const span: Span = tracer.startSpan('request', { kind: SpanKind.SERVER }, parent)
      return (name, { status, attributes }) => {
        span.updateName(name)
        span.setAttributes({ ...attributes, 'http.response.status_code': status })
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      }
    },
    async close() {
      // A collector that is away must not hold up a stop.
      const limit = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS).unref())
      await Promise.race([provider.shutdown().catch(nothing), limit])
    },
  }
}

/** By W3C Trace Context; what is malformed counts as not there. */
export function parseTraceparent(header: string | undefined): (SpanContext & { isRemote: true }) | null {
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header ?? '') ?? []
  if (!/[1-9a-f]/.test(traceId) || !/[1-9a-f]/.test(spanId)) return null
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
}
