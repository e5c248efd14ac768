/** A node:http server that parses a task, writes it with whatever else arrived in one commit, and answers after that. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { v7 } from 'uuid'
import { openSqliteFloor } from './floor-sqlite.ts'
import { startsAtOnce } from './floor-writes.ts'
import type { Listening } from './http.ts'
import { newTask } from './work.ts'

type Task = ReturnType<typeof newTask>

const [, , database, rows] = process.argv
const floor = await openSqliteFloor(`file:${database}`)
const queue: { task: Task; response: ServerResponse }[] = []

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (queue.length === 0) setImmediate(flush)
    queue.push({ task: { ...JSON.parse(Buffer.concat(chunks).toString()), id: v7() }, response })
  })
})

function flush(): void {
  const arrived = queue.splice(0)
  const writes = startsAtOnce(
    arrived.map(({ task }) => task),
    'worker-1',
  )
  floor.commit(rows === 'task' ? writes.slice(0, 1) : writes)
  for (const { task, response } of arrived) {
    const body = JSON.stringify({ task })
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    response.end(body)
  }
}

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  const { id: _, ...task } = newTask()
  const listening: Listening = { port, path: '/tasks', token: 'none', body: task }
  process.send?.(listening)
})
