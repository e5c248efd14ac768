import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from '../support/sources.ts'
import { type Comparison, type Contestant, compare, contest } from './contest.ts'
import { startRollcall } from './http.ts'
import type { Bench } from './main.ts'

const RUNS = 5
const ALLOWED_MS = 150
const BARE = ['/bin/sh', '-c', ':'] as const

/** What `rollcall run` adds to a command that is over at once, beside that command and what may be added. */
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
  const times = (work: () => Promise<void>) => async () => {
    for (let run = 0; run < RUNS; run += 1) await work()
    return RUNS
  }
  const tracked = [process.execPath, join(ROOT, 'dist/rollcall.js'), 'run', '--', ...BARE] as const
  const us: Contestant = { name: 'rollcall run', round: times(() => end(tracked, env)) }
  const them: Contestant = {
    name: `bare, and ${ALLOWED_MS} ms`,
    round: times(async () => {
      await end(BARE, env)
      await sleep(ALLOWED_MS)
    }),
  }
  try {
    const rates = await contest([us, them])
    return [compare(rates, us, them, { work: 'rollcall run of a short command', target: 1, kind: 'time' })]
  } finally {
    await server.stop()
  }
}

async function end([program, ...args]: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(program, args, { env, stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`)
}
