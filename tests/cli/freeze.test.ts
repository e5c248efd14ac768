/** A command whose lease is in doubt acts no more: it is stopped where it stands until the ledger has answered. */
import { describe, expect, test } from 'vitest'
import type { Run } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { type FakeAgent, fakeAgent } from '../support/fake-agent.ts'
import { beat, problem, registration, taskRecord } from '../support/fake-ledger.ts'
import { isStopped, openTracked, runs } from '../support/tracked.ts'

const t = openTracked()
/** Long enough that a busy machine alone does not bring it into doubt. */
const LEASE_MS = 5000
const FREEZE_MS = 0.6 * LEASE_MS

interface Begun {
  readonly agent: FakeAgent
  readonly run: Run
  readonly pids: readonly number[]
}

async function begin(leaseMs = LEASE_MS): Promise<Begun> {
  t.ledger.on({ registerWorker: () => registration({ leaseMs, heartbeatMs: 100 }) })
  const agent = fakeAgent(t.file('agent'))
  const run = t.shell(agent.script)
  const pids = [await t.pidIn('agent-pid'), await t.pidIn('agent-grandpid')]
  await eventually('a heartbeat', () => t.ledger.inputs('heartbeat').length > 0)
  return { agent, run, pids }
}
async function frozen({ agent, pids }: Begun): Promise<void> {
  await eventually('it is stopped', () => pids.every(isStopped))
  await eventually('nothing is written', agent.silentFor(200))
}
const goesOn = ({ agent }: Begun) => {
  const before = agent.written()
  return eventually('it goes on', () => agent.written() > before + 10)
}
const silence = () => t.ledger.on({ heartbeat: () => problem('unavailable', 'down') })

describe('a command whose lease is in doubt', () => {
  test('is frozen before the lease can be over elsewhere, its grandchildren too, and goes on after a heartbeat', async () => {
    const begun = await begin()
    const { run, pids } = begun
    silence()
    const silentSince = performance.now()
    const told = run.stderr().length
    await eventually('it is said', () => run.stderr().slice(told).includes('frozen until the ledger answers'))
    expect(performance.now() - silentSince).toBeGreaterThan(FREEZE_MS / 2)
    expect(performance.now() - silentSince).toBeLessThan(LEASE_MS)
    await frozen(begun)
    expect(pids.every(runs)).toBe(true)
    t.ledger.on({ heartbeat: (input) => beat(input) })
    await goesOn(begun)
    expect(t.ledger.inputs('finishAttempt')).toEqual([])
  })

  test('goes on as the next attempt when nobody has taken it over', async () => {
    const begun = await begin()
    const { agent } = begun
    silence()
    await frozen(begun)
    let asked = 0
    t.ledger.on({
      registerWorker: () => registration({ id: 'worker-2', leaseMs: LEASE_MS, heartbeatMs: 100 }),
      heartbeat: (input) => (input.workerId === 'worker-1' ? problem('lease_expired', 'over') : beat(input)),
      startAttempt: ({ taskId, workerId }) => {
        if (workerId === 'worker-1') return problem('lease_expired', 'the worker is dead')
        if (asked++ < 2) return problem('unavailable', 'busy')
        return { task: taskRecord({ id: String(taskId), attempt: 2 }), attempt: 2, resume: null }
      },
    })
    const bytes = agent.written()
    await eventually('the new worker beats', () => t.ledger.inputs('heartbeat').at(-1)?.workerId === 'worker-2')
    expect(agent.written()).toBe(bytes)
    await goesOn(begun)
    expect(asked).toBe(3)
  })

  test('is killed without acting again when somebody has taken it over', async () => {
    const begun = await begin()
    const { agent, run, pids } = begun
    silence()
    await frozen(begun)
    const bytes = agent.written()
    t.ledger.on({
      registerWorker: () => registration({ id: 'worker-2', leaseMs: LEASE_MS, heartbeatMs: 100 }),
      heartbeat: (input) => (input.workerId === 'worker-1' ? problem('lease_expired', 'over') : beat(input)),
      startAttempt: () => problem('fence_rejected', 'attempt 2 is the current one'),
    })
    expect(await run.ended).toBe(137)
    expect(pids.some(runs)).toBe(false)
    expect(agent.written()).toBe(bytes)
    expect(t.ledger.inputs('finishAttempt')).toEqual([])
  })

  test('is killed without acting again when a heartbeat says that it is lost', async () => {
    const begun = await begin()
    const { agent, run, pids } = begun
    silence()
    await frozen(begun)
    const bytes = agent.written()
    t.ledger.on({ heartbeat: (input) => beat(input, 'lost') })
    expect(await run.ended).toBe(137)
    expect(pids.some(runs)).toBe(false)
    expect(agent.written()).toBe(bytes)
  })

  test('is frozen in time when rollcall itself is stopped, and goes on with it', async () => {
    const begun = await begin()
    const { run } = begun
    run.process.kill('SIGSTOP')
    const stoppedAt = performance.now()
    await frozen(begun)
    expect(performance.now() - stoppedAt - 200).toBeLessThan(LEASE_MS)
    run.process.kill('SIGCONT')
    await goesOn(begun)
  })

  test('is frozen after the clock jumped, until the ledger has answered to what was sent since', async () => {
    const begun = await begin(60_000)
    const { agent, run } = begun
    let answer = () => {}
    let asked = 0
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    t.ledger.on({
      heartbeat: (input) => (asked++ === 0 ? answered.then(() => beat(input)) : problem('unavailable', 'down')),
    })
    await eventually('a heartbeat is under way', () => asked === 1)
    run.process.kill('SIGSTOP')
    const stoppedAt = performance.now()
    await eventually('five seconds have passed', () => performance.now() - stoppedAt > 5400)
    expect(agent.written()).toBeGreaterThan(100)
    run.process.kill('SIGCONT')
    await frozen(begun)
    answer()
    await eventually('it asked again', () => asked > 3)
    await frozen(begun)
    t.ledger.on({ heartbeat: (input) => beat(input) })
    await goesOn(begun)
  })

  test('takes signals only once it may go on, unless they are given twice', async () => {
    const begun = await begin()
    const { run, pids } = begun
    silence()
    await frozen(begun)
    run.process.kill('SIGINT')
    await eventually('it is said', () => run.stderr().includes('once more kills it'))
    expect(pids.every(runs)).toBe(true)
    run.process.kill('SIGINT')
    await eventually('it was killed', () => !pids.some(runs))
    run.process.kill('SIGINT')
    expect(await run.ended).toBe(137)
  })
})
