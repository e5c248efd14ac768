/** Rollcall as `npm start` runs it, without the pages: boot, and the handler that it publishes on a node:http server. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ApiHandler } from '#lib/api/handler.ts'
import { boot } from '#lib/boot.ts'
import { API_HANDLER } from '#lib/contract.ts'
import { readEnv } from '#lib/env.ts'
import { registerWorker, SYSTEM } from '#lib/ledger/index.ts'
import { LIMITS } from '#lib/task/schema.ts'
import type { Listening } from './http.ts'
import { newTask } from './work.ts'

const [, , database] = process.argv
const token = 'a-token-for-the-benchmark'
const { db, policy } = await boot(readEnv({ DATABASE_URL: `file:${database}`, ROLLCALL_ADMIN_TOKEN: token }))
const worker = await registerWorker(
  { db, policy, actor: SYSTEM },
  { host: 'bench', pid: 1, leaseMs: LIMITS.leaseMsMax },
)
const handler: ApiHandler = Reflect.get(globalThis, API_HANDLER)

const server = createServer((request, response) => handler.handle(request, response))
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  // Without its id, which the server mints: so all requests are the same bytes.
  const { id: _, ...task } = newTask()
  const listening: Listening = { port, path: '/api/v1/tasks', token, body: { ...task, start: { workerId: worker.id } } }
  process.send?.(listening)
})
