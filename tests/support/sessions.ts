/** Agent sessions that tell of themselves by hooks: an agent, its hooks, and what keeps its session. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach } from 'vitest'
import { eventually } from './eventually.ts'
import { taskRecord } from './fake-ledger.ts'
import { openTracked, type Tracked } from './tracked.ts'

export interface Sessions extends Tracked {
  readonly agent: ChildProcess
  env(more?: object): Record<string, string>
  /** Calls a hook as the agent would. */
  hook(event: string, fields?: object, more?: object): Promise<{ code: unknown; stdout: string; stderr: string }>
  log(): string
  created(): Record<string, unknown>[]
  phases(): unknown[]
  /** Processes that keep a session of this test. */
  keepers(): number[]
}

/** What an agent sees of a hook: nothing. */
export const QUIET = { code: 0, stdout: '', stderr: '' }

export function openSessions(): Sessions {
  const t = openTracked()
  let agent: ChildProcess
  beforeEach(() => {
    agent = spawn('sleep', ['600'], { stdio: 'ignore' })
    const task = (id: unknown) => taskRecord({ id: String(id) })
    t.ledger.on({
      reportProgress: ({ taskId }) => ({ task: task(taskId) }),
      getTask: ({ taskId }) => ({
        task: task(taskId),
        attempts: [],
        session: null,
        compensations: [],
        lateReports: [],
        successorId: null,
      }),
    })
  })
  const keepers = () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter(
        (pid) => textOf(pid, 'cmdline').includes('\0--keep\0') && textOf(pid, 'environ').includes(t.file('state')),
      )
  afterEach(async () => {
    if (agent.exitCode === null && agent.signalCode === null) {
      agent.kill('SIGKILL')
      await once(agent, 'exit')
    }
    await eventually('no keeper is left', () => keepers().length === 0)
  })
  const env = (more = {}) => ({
    ROLLCALL_URL: t.ledger.url,
    ROLLCALL_TOKEN: 'rc_test',
    ROLLCALL_STATE_PATH: t.file('state'),
    ...more,
  })
  // With its getters, which a spread would read once; what comes out has both halves of the type.
  return Object.defineProperties(
    t,
    Object.getOwnPropertyDescriptors({
      get agent() {
        return agent
      },
      env,
      async hook(event: string, fields: object = {}, more: object = {}) {
        const input = JSON.stringify({ session_id: 's-1', hook_event_name: event, cwd: t.file('work'), ...fields })
        const run = t.cli.start(['hook', '--agent-pid', String(agent.pid)], { env: env(more), input })
        return { code: await run.ended, stdout: run.stdout(), stderr: run.stderr() }
      },
      log: () => readFileSync(t.file('state/hook.log'), 'utf8'),
      created: () => t.ledger.inputs('createTask'),
      phases: () => t.ledger.inputs('reportProgress').map(({ phase }) => phase),
      keepers,
    }),
  ) as Sessions
}

function textOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}
