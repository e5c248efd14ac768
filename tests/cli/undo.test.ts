/** The commands about undoing, late reports, and what a person keeps back: what they send, and what they show. */
import { describe, expect, test } from 'vitest'
import { problem, taskRecord, workerRecord } from '../support/fake-ledger.ts'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()
const rollcall = async (...args: string[]) => {
  const run = t.cli.start(args, { env: { ROLLCALL_URL: t.ledger.url, ROLLCALL_TOKEN: 'rc_test' } })
  const code = await run.ended
  return { code, stdout: run.stdout(), stderr: run.stderr() }
}

const at = '2026-11-21T08:00:00.000Z'
const step = {
  ...{ id: 's1', taskId: 'a', position: 1, attempt: 1, kind: 'branch', target: 'fix-login', reason: 'made it' },
  ...{ status: 'failed', tries: 3, error: 'HTTP 500: no disk', runnerTaskId: null, createdAt: at, finishedAt: at },
}
const report = {
  ...{ id: 'end-1', taskId: 'a', attempt: 1, workerId: 'w', workerName: workerRecord().name, outcome: 'success' },
  ...{ status: 'kept', reason: null, exitCode: null, errorClass: null, errorMessage: null, costUsd: null },
  ...{ tokensIn: null, tokensOut: null, turns: null, receivedAt: at },
}

describe('the commands', () => {
  test.each([
    ['hold', 'holdTask', 'held'],
    ['release', 'releaseTask', 'released'],
    ['quarantine', 'quarantineTask', 'quarantined'],
    ['compensate', 'compensateTask', 'to be undone'],
  ] as const)('%s is sent with its reason', async (verb, name, done) => {
    t.ledger.on({ [name]: () => ({ task: taskRecord({ id: 'a' }) }) })
    expect(await rollcall(verb, 'a', '--reason', 'why')).toMatchObject({ code: 0, stdout: `a  ${done}\n` })
    expect(t.ledger.inputs(name)).toEqual([{ taskId: 'a', reason: 'why' }])
  })

  test('adopt names the report, and needs one', async () => {
    t.ledger.on({ adoptReport: () => ({ task: taskRecord({ id: 'a', status: 'success' }) }) })
    const adopted = await rollcall('adopt', 'a', '--report', 'end-1', '--attempt', '2', '--reason', 'why')
    expect(adopted).toMatchObject({ code: 0, stdout: 'a  adopted: success\n' })
    expect(t.ledger.inputs('adoptReport')).toEqual([{ taskId: 'a', reportId: 'end-1', attempt: 2, reason: 'why' }])
    expect(await rollcall('adopt', 'a', '--reason', 'why')).toMatchObject({ code: 64 })
    t.ledger.on({ adoptReport: () => problem('sealed_task', 'the task is sealed as success') })
    expect(await rollcall('adopt', 'a', '--report', 'end-1', '--reason', 'why')).toMatchObject({ code: 1 })
  })

  test('compensation puts a step on record, or the word that there is nothing to undo', async () => {
    t.ledger.on({ registerCompensation: () => ({ compensation: step }) })
    const said = await rollcall('compensation', 'a', '--kind', 'none', '--reason', 'it only read')
    expect(said).toMatchObject({ code: 0, stdout: 'a  step 1 (none) is on record\n' })
    await rollcall('compensation', 'a', '--kind', 'branch', '--target', 'fix-login', '--reason', 'left over')
    expect(t.ledger.inputs('registerCompensation')).toEqual([
      { taskId: 'a', kind: 'none', reason: 'it only read' },
      { taskId: 'a', kind: 'branch', target: 'fix-login', reason: 'left over' },
    ])
  })

  test('task shows its steps, its late reports, and where it goes on', async () => {
    t.ledger.on({
      getTask: () => ({
        ...{ task: taskRecord({ id: 'a', predecessorId: 'before' }), attempts: [], session: null },
        ...{ compensations: [step], lateReports: [report], successorId: 'after' },
      }),
      listEvents: () => ({ events: [], nextCursor: null }),
    })
    const { stdout } = await rollcall('task', 'a')
    expect(stdout).toMatch(/^1 +branch +fix-login +failed +3 +HTTP 500: no disk$/m)
    expect(stdout).toMatch(/^end-1 +1 +success +kept +/m)
    expect(stdout).toMatch(/^released from +before$/m)
    expect(stdout).toMatch(/^goes on as +after$/m)
  })
})
