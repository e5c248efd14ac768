import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/sources.ts'
import { type Comparison, type Contestant, compare, contest } from './contest.ts'
import { startRollcall } from './http.ts'
import type { Bench } from './main.ts'

const RUNS = 5
const ALLOWED_MS = 150
/** Says that it has begun, and ends. */
const BARE = ['/bin/sh', '-c', 'echo begun'] as const

const NODE = [process.execPath, '-e', 'console.log(0)'] as const

/** What `rollcall run` adds to a command: until that begins, and until all is over. Beside the bare command and what may be added. */
export async function commandPart({ folder }: Bench): Promise<Comparison[]> {
  const server = await startRollcall(join(folder, 'command.db'))
  const state = join(folder, 'state')
  mkdirSync(state, { mode: 0o700 })
  const env = {
    ...process.env,
    ROLLCALL_URL: `http://127.0.0.1:${server.listening.port}`,
    ROLLCALL_TOKEN: server.listening.token,
    ROLLCALL_STATE_PATH: state,
  }
  const tracked = [process.execPath, join(ROOT, 'dist/rollcall.cjs'), 'run', '--', ...BARE] as const
  try {
    return [
      ...(await measure('rollcall run, until the command begins', 'begun', tracked, env, 1)),
      ...(await measure('rollcall run of a command that is over at once', 'over', tracked, env)),
    ]
  } finally {
    await server.stop()
  }
}

type Line = readonly [string, ...string[]]
type Until = 'begun' | 'over'

/** Beside Node as well: on a machine that is busy with other things, only that ratio says something. */
async function measure(work: string, until: Until, tracked: Line, env: NodeJS.ProcessEnv, target?: number) {
  const us = contestant('rollcall run', () => timeMs(tracked, until, env))
  const them = contestant(`bare, and ${ALLOWED_MS} ms`, async () => (await timeMs(BARE, until, env)) + ALLOWED_MS)
  const node = contestant('Node that does nothing', () => timeMs(NODE, until, env))
  const rates = await contest([us, them, node])
  return [
    compare(rates, us, them, { work, kind: 'time', ...(target === undefined ? {} : { target }) }),
    compare(rates, us, node, { work, kind: 'time' }),
  ]
}

function contestant(name: string, run: () => Promise<number>): Contestant {
  let tookMs = 0
  return {
    name,
    tookMs: () => tookMs,
    async round() {
      tookMs = 0
      for (let count = 0; count < RUNS; count += 1) tookMs += await run()
      return RUNS
    },
  }
}

async function timeMs([program, ...args]: Line, until: Until, env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now()
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  const begunMs = performance.now() - startedAt
  const [code] = await ended
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`)
  return until === 'begun' ? begunMs : performance.now() - startedAt
}
