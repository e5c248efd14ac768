/** The process of Rollcall: one port. The API's paths go to the handler that boot publishes, all others to Next. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'

const API_PATHS = /^\/(api\/v1|healthz|readyz|metrics)(?=[/?]|$)/
const [CUT_OFF_MS, STOP_LIMIT_MS] = [7000, 9500]
const port = process.env.PORT || '3000'
const host = process.env.HOST || '127.0.0.1'
// A sender may take this long for a request, and less for its headers; slower ones get 408 and are cut off.
const requestTimeout = Number(process.env.ROLLCALL_REQUEST_TIMEOUT_MS) || 30_000
const LIMITS = { requestTimeout, headersTimeout: Math.min(10_000, requestTimeout), connectionsCheckingInterval: 500 }
const running = new Set()
let stopping = false

if (!existsSync(new URL('.next/BUILD_ID', import.meta.url))) fail('The app is not built; run "npm start" once.')
process.env.NODE_ENV = 'production'
process.env.NEXT_TELEMETRY_DISABLED = '1'
const { default: next } = await import('next') // only now, because it reads NODE_ENV while it loads
process.on('SIGTERM', stop).on('SIGINT', stop)

// Next runs the boot in its instrumentation hook, without waiting for it; the hook calls this when it is done.
const booted = new Promise((resolve) => {
  globalThis[Symbol.for('rollcall.booted')] = resolve
})

// The port is taken before boot: nothing may be recovered on behalf of a server that cannot serve. Requests wait.
const server = createServer(LIMITS, (request, response) => {
  running.add(response)
  response.once('close', () => running.delete(response))
  answer(request, response).catch((error) => {
    console.error(error)
    response.destroy()
  })
})
server.keepAliveTimeout = 65_000 // longer than heartbeats are apart, or some are lost on a connection that just ends
try {
  server.listen({ port: port.trim() ? Number(port) : -1, host })
  await once(server, 'listening')
} catch (error) {
  fail(listenAdvice(error))
}

const app = next({ dev: false, dir: import.meta.dirname, hostname: host, port: server.address().port })
await app.prepare()
const pages = app.getRequestHandler()
await booted
console.log(`rollcall: listening on http://${host.includes(':') ? `[${host}]` : host}:${server.address().port}`)

async function answer(request, response) {
  await booted
  request.headers['x-rollcall-address'] = request.socket.remoteAddress ?? ''
  if (API_PATHS.test(request.url)) api().handle(request, response)
  else if (api().admitsPage(request, response)) await pages(request, response)
}

function api() {
  return globalThis[Symbol.for('rollcall.api')]
}

/** Accepts nothing new, ends what would never end by itself, waits a while for the rest. Asked twice, it ends at once. */
async function stop() {
  if (stopping || !api()) process.exit(stopping ? 1 : 0)
  stopping = true
  setTimeout(() => process.exit(1), STOP_LIMIT_MS)
  server.close()
  // Who sends or reads so slowly would be cut off by the end of this process anyway.
  setTimeout(() => server.closeAllConnections(), CUT_OFF_MS)
  await api().close()
  while (running.size > 0) await Promise.all([...running].map((response) => once(response, 'close')))
  await app.close()
  process.exit(0)
}

function listenAdvice({ code, message }) {
  if (code === 'EADDRINUSE') return `Port ${port} of ${host} is taken; stop what uses it, or set PORT to another one.`
  if (code === 'EACCES') return `This user may not use port ${port}; set PORT to one from 1024 up.`
  if (code === 'ERR_SOCKET_BAD_PORT') return `PORT is "${port}"; expected a whole number from 0 to 65535.`
  return `Cannot listen on ${host} (${message}); set HOST to an address of this machine, such as 127.0.0.1.`
}

function fail(sentence) {
  console.error(`rollcall: ${sentence}`)
  process.exit(1)
}
