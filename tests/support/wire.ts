/** HTTP as bytes on a socket, for what no well-behaved client would send. */
import { connect, type Socket } from 'node:net'
import { eventually } from './eventually.ts'
import type { Server } from './server.ts'

export interface Wire {
  readonly socket: Socket
  write(data: string | Uint8Array): void
  /** Everything that the server has sent so far. */
  received(): string
  /** The status of each answer so far. */
  statuses(): number[]
  untilAnswered(count?: number): Promise<number[]>
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>
}

export async function openWire(server: Server): Promise<Wire> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
  })
  // A server that closes on a writer is what some tests are about; they look at `closed`.
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise((resolve) => socket.once('connect', resolve))
  const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
  return {
    socket,
    write: (data) => void socket.write(data),
    received: () => text,
    statuses,
    untilAnswered: (count = 1) =>
      eventually(`${count} answers on one connection`, () => statuses().length >= count && statuses()),
    closed,
  }
}

/** The head of a request; `length` leaves out says that the body comes in chunks. */
export function head(method: string, path: string, { token, length }: { token?: string; length?: number }): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    ...(token ? [`authorization: Bearer ${token}`] : []),
    length === undefined ? 'transfer-encoding: chunked' : `content-length: ${length}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

export function chunk(data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')])
}

export const LAST_CHUNK = '0\r\n\r\n'
