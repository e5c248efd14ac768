/**
 * A client that costs little, since it shares the machine with the server that it measures: the same bytes each time,
 * on sockets that stay open, and of an answer only its status and its length are read.
 */
import { connect, type Socket } from 'node:net'
import type { Listening } from './http.ts'

/** Sends `count` requests over `connections`, each waiting for its answer; answers how many were answered by 201. */
export async function postAll(
  { port, path, token, body }: Listening,
  connections: number,
  count: number,
): Promise<number> {
  const text = JSON.stringify(body)
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: bench',
    `authorization: Bearer ${token}`,
    'content-type: application/json',
  ]
  const request = Buffer.from(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  let left = count
  await Promise.all(
    Array.from({ length: connections }, () =>
      converse(port, (socket) => {
        if (left === 0) return void socket.end()
        left -= 1
        socket.write(request)
      }),
    ),
  )
  return count
}

/** Calls `next` once at the start and again after each answer, until it ends the socket. */
function converse(port: number, next: (socket: Socket) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let received = ''
    socket.setEncoding('latin1')
    socket.once('connect', () => next(socket))
    socket.once('error', reject)
    socket.once('close', resolve)
    socket.on('data', (chunk: string) => {
      received += chunk
      const answer = answerOf(received)
      if (!answer) return
      if (answer.status !== 201) return void socket.destroy(new Error(`answered ${received}`))
      received = received.slice(answer.length)
      next(socket)
    })
  })
}

/** Null until the answer is there whole. */
function answerOf(received: string): { status: number; length: number } | null {
  const headLength = received.indexOf('\r\n\r\n') + 4
  if (headLength === 3) return null
  const [, bodyLength = '0'] = /content-length: (\d+)/i.exec(received.slice(0, headLength)) ?? []
  const length = headLength + Number(bodyLength)
  return received.length < length ? null : { status: Number(received.slice(9, 12)), length }
}
