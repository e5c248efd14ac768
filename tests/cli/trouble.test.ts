/** What the ledger says, or does not say, while a command runs. */
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { beat, LOST, problem, registration, taskRecord } from '../support/fake-ledger.ts'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()

describe('while the command runs', () => {
  test('stops it when the ledger asks to cancel, and reports that', async () => {
    const tracked = t.shell(`echo $$ > ${t.file('pid')}; exec sleep 60`)
    await t.pidIn('pid')
    t.ledger.on({ heartbeat: (input) => beat(input, 'cancel') })
    expect(await tracked.ended).toBe(143)
    expect(t.report()).toMatchObject({ outcome: 'cancelled', exitCode: 143 })
  })

  test('stops it when it was given to somebody else, and reports nothing', async () => {
    const tracked = t.shell(`echo $$ > ${t.file('pid')}; exec sleep 60`)
    await t.pidIn('pid')
    t.ledger.on({ heartbeat: (input) => beat(input, 'lost') })
    expect(await tracked.ended).toBe(143)
    expect(t.ledger.inputs('finishAttempt')).toEqual([])
    expect(tracked.stderr()).toContain('the ledger gave the task to somebody else')
  })

  test('kills a command that ignores SIGTERM five seconds after the cancellation', async () => {
    const tracked = t.shell(`trap '' TERM; echo $$ > ${t.file('pid')}; while :; do sleep 0.05; done`)
    await t.pidIn('pid')
    t.ledger.on({ heartbeat: (input) => beat(input, 'cancel') })
    expect(await tracked.ended).toBe(137)
    expect(t.report()).toMatchObject({ outcome: 'cancelled', exitCode: 137 })
  })

  test('goes on under a new worker when the lease was over and nobody took the task', async () => {
    const tracked = t.shell(
      `echo $$ > ${t.file('pid')}; while [ ! -e ${t.file('go')} ]; do sleep 0.05; done; echo done`,
    )
    await t.pidIn('pid')
    t.ledger.on({
      registerWorker: () => registration({ id: 'worker-2', heartbeatMs: 100 }),
      heartbeat: (input) => (input.workerId === 'worker-1' ? problem('lease_expired', 'over') : beat(input)),
      startAttempt: ({ taskId, workerId }) =>
        workerId === 'worker-1'
          ? problem('lease_expired', 'the worker is dead')
          : { task: taskRecord({ id: String(taskId), attempt: 2 }), attempt: 2, resume: null },
    })
    await eventually('it is listed again', () => JSON.stringify(t.ledger.inputs('heartbeat')).includes('"attempt":2'))
    writeFileSync(t.file('go'), '')
    expect(await tracked.ended).toBe(0)
    expect(t.ledger.inputs('finishAttempt').at(-1)).toMatchObject({
      workerId: 'worker-2',
      attempt: 2,
      outcome: 'success',
    })
    expect(t.ledger.inputs('appendOutput').at(-1)).toMatchObject({ workerId: 'worker-2', attempt: 2 })
  })

  test('sends the outcome again under the same message id until it is answered', async () => {
    let asked = 0
    t.ledger.on({
      finishAttempt: ({ taskId }) => {
        if (asked++ === 0) return LOST
        if (asked === 2) return problem('unavailable', 'starting', {}, { 'retry-after': '1' })
        return { task: taskRecord({ id: String(taskId), status: 'success' }) }
      },
    })
    expect(await t.shell('true').ended).toBe(0)
    const ids = t.ledger.inputs('finishAttempt').map(({ messageId }) => messageId)
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(1)
  })

  test('keeps the exit code of the command when the outcome is refused, and says why', async () => {
    t.ledger.on({ finishAttempt: () => problem('fence_rejected', 'attempt 2 is the current one') })
    const tracked = t.shell('exit 5')
    expect(await tracked.ended).toBe(5)
    expect(tracked.stderr()).toContain('the ledger refused the outcome "failed": attempt 2 is the current one')
  })

  test('waits with the outcome for a ledger that is down, until a signal says that nobody wants to wait', async () => {
    const tracked = t.shell(`echo $$ > ${t.file('pid')}; exit 5`)
    t.ledger.on({ finishAttempt: () => problem('unavailable', 'down') })
    await eventually('it says that it waits', () => tracked.stderr().includes('the outcome waits for the ledger'))
    tracked.process.kill('SIGINT')
    expect(await tracked.ended).toBe(5)
    expect(tracked.stderr()).toContain('was not delivered')
  })
})
