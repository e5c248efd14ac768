import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Comparison, type Contestant, compare, contest } from './contest.ts'
import { postAll } from './http-load.ts'
import type { Bench } from './main.ts'
import { CALLERS } from './work.ts'

const REQUESTS = 3000
const TARGET = 0.6

/** What a server tells its parent once it listens: where, and the request that everybody sends to it. */
export interface Listening {
  readonly port: number
  readonly path: string
  readonly token: string
  readonly body: unknown
}

/** Durable starts over HTTP on SQLite: Rollcall's own handler beside node:http servers that only parse and insert. */
export async function httpPart({ folder }: Bench): Promise<Comparison[]> {
  const servers = {
    us: await startServer('Rollcall', 'http-rollcall.ts', join(folder, 'http-ours.db')),
    same: await startServer('node:http, the same rows', 'http-bare.ts', join(folder, 'http-same.db'), 'all'),
    one: await startServer('node:http, one row', 'http-bare.ts', join(folder, 'http-one.db'), 'task'),
  }
  try {
    const rates = await contest([servers.us.contestant, servers.same.contestant, servers.one.contestant])
    const work = 'HTTP on SQLite: starts, 32 connections'
    return [
      compare(rates, servers.us.contestant, servers.same.contestant, { work, target: TARGET }),
      compare(rates, servers.us.contestant, servers.one.contestant, { work }),
    ]
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()))
  }
}

/** Rollcall's own server, for whoever calls it otherwise. */
export function startRollcall(database: string) {
  return startServer('Rollcall', 'http-rollcall.ts', database)
}

async function startServer(name: string, file: string, database: string, ...args: string[]) {
  const child = fork(join(import.meta.dirname, file), [database, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const endWithUs = () => child.kill('SIGKILL')
  process.once('exit', endWithUs)
  const listening = await listeningOf(child)
  const contestant: Contestant = { name, round: () => postAll(listening, CALLERS, REQUESTS) }
  return {
    contestant,
    listening,
    async stop() {
      process.off('exit', endWithUs)
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

function listeningOf(child: ChildProcess): Promise<Listening> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Listening))
    child.once('exit', (code) => reject(new Error(`a server of the benchmark ended with exit code ${code}`)))
  })
}
