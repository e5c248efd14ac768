/** A real receiver of webhooks on loopback, which keeps what it gets and answers as it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly received: Received[]
  /** What it answers from now on. */
  answer(status: number, headers?: Record<string, string>): void
  close(): Promise<void>
}

export async function openReceiver(host = '127.0.0.1'): Promise<Receiver> {
  const received: Received[] = []
  let status = 204
  let headers: Record<string, string> = {}
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body })
      response.writeHead(status, headers).end(status === 204 ? undefined : `answered ${status}`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host}:${port}/hook`,
    port,
    received,
    answer(next, more = {}) {
      status = next
      headers = more
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
