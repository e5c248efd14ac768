/** The log as programs read it, and spans as a collector gets them. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTraceparent } from '#lib/api/trace.ts'
import { eventually } from '../support/eventually.ts'
import { type Server, startServer } from '../support/server.ts'

interface SentSpan {
  readonly name: string
  readonly traceId: string
  readonly parentSpanId?: string
  readonly attributes: readonly { key: string; value: { stringValue?: string; intValue?: number } }[]
}

/** A collector of OpenTelemetry on loopback. */
async function openCollector() {
  const spans: SentSpan[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const { resourceSpans = [] } = request.url === '/v1/traces' ? JSON.parse(body) : {}
      for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, spans, close: () => server.close() }
}

describe('a server that programs watch', () => {
  let collector: Awaited<ReturnType<typeof openCollector>>
  let server: Server
  beforeAll(async () => {
    collector = await openCollector()
    const env = { ROLLCALL_LOG_FORMAT: 'json', ROLLCALL_LOG_LEVEL: 'info', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
    server = await startServer({ env: { ...env, OTEL_BSP_SCHEDULE_DELAY: '100' } })
  })
  afterAll(async () => {
    await server.stop()
    collector.close()
  })
  const linesOf = (requestId: string | null) =>
    server
      .stderr()
      .split('\n')
      .filter((line) => line.includes(requestId ?? 'none'))
      .map((line) => JSON.parse(line))

  it('logs an object a line, with the id of the request that its caller got', async () => {
    const { headers, body } = await server.call('POST', '/api/v1/tasks', { title: 7 })
    const requestId = headers.get('x-request-id')
    expect(body).toMatchObject({ requestId })
    const lines = await eventually('its lines', () => linesOf(requestId).length === 2 && linesOf(requestId))
    expect(lines).toMatchObject([
      { level: 'warn', code: 'validation', requestId, method: 'POST', path: '/api/v1/tasks' },
      { level: 'info', route: 'createTask', status: 400, requestId },
    ])
    expect(lines[0].time).toMatch(/^\d{4}-.*Z$/)
  })

  it('sends a span a request, under that of its caller', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const response = await fetch(`${server.url}/api/v1/workers`, {
      headers: {
        authorization: `Bearer ${server.adminToken}`,
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
      },
    })
    const span = await eventually('the span arrives', () => collector.spans.find((one) => one.traceId === traceId))
    expect(span).toMatchObject({ name: 'listWorkers', parentSpanId: 'b7ad6b7169203331' })
    const attributes = Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
    expect(attributes).toMatchObject({
      'http.response.status_code': 200,
      'rollcall.request_id': response.headers.get('x-request-id'),
    })
  })
})

it.each([undefined, '', 'x', '00-0-0-01', `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`, `00-${'g'.repeat(32)}-x-01`])(
  'a traceparent that is none counts as not there: %s',
  (header) => expect(parseTraceparent(header)).toBeNull(),
)
