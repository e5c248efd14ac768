/** kill -9 while side effects are being undone: what is undone stays so, and the rest is undone with the same keys. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { clientOf, expectWhole, openCrashSite } from '../support/crash.ts'
import { eventually } from '../support/eventually.ts'
import { removeFolder } from '../support/folders.ts'
import { DIALECTS } from '../support/ledger.ts'
import { openUndoer } from '../support/undoer.ts'

const TASK = 'task-1'
const STEPS = ['s1', 's2', 's3']

describe.each(DIALECTS)('undoing that is killed, on %s', (dialect) => {
  test('goes on with step 2 of 3, and calls again only what was left without an answer', {
    timeout: 180_000,
  }, async ({ onTestFinished }) => {
    const undoer = await openUndoer()
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-undo-'))
    const site = await openCrashSite(dialect)
    onTestFinished(async () => {
      await site.remove()
      removeFolder(folder)
    })
    const config = join(folder, 'rollcall.json')
    writeFileSync(
      config,
      JSON.stringify({ compensation: { handlers: { branch: { url: undoer.url } }, timeoutMs: 500 } }),
    )
    const env = { ROLLCALL_CONFIG: config, ROLLCALL_SWEEP_MS: '200' }
    const statuses = async () => {
      const rows = await site.sql(`SELECT id, status, tries FROM compensations ORDER BY position DESC`)
      return rows.map(({ id, status, tries }) => `${id} ${status} ${tries}`)
    }

    const first = await site.start({ env: { ...env, ROLLCALL_CRASH_AT: 'finishStep/commit' } })
    const client = clientOf(first)
    const { worker } = await client.call('registerWorker', { host: 'elsewhere', pid: 7 })
    const start = { workerId: worker.id }
    await client.call('createTask', { id: TASK, title: 'Fix login', sideEffects: true, strategy: 'compensate', start })
    const ref = { taskId: TASK, workerId: worker.id, attempt: 1 }
    for (const id of STEPS) {
      await client.call('registerCompensation', { ...ref, id, kind: 'branch', target: id, reason: 'made it' })
    }
    await client.call('finishAttempt', { ...ref, messageId: 'end-1', outcome: 'interrupted' })
    expect(await first.ended).toBe('SIGKILL')
    await expectWhole(site, 'after step 3 was undone')
    expect(await statuses()).toEqual(['s3 done 1', 's2 registered 0', 's1 registered 0'])

    const second = await site.start({ env: { ...env, ROLLCALL_CRASH_AT: 'takeSteps/commit' }, wait: false })
    expect(await second.ended).toBe('SIGKILL')
    expect(await statuses()).toEqual(['s3 done 1', 's2 running 1', 's1 registered 0'])

    const third = await site.start({ env: { ...env, ROLLCALL_CRASH_AT: 'finishStep/changeTasks' }, wait: false })
    expect(await third.ended).toBe('SIGKILL')
    await expectWhole(site, 'after an answer that was not written down')
    expect(await statuses()).toEqual(['s3 done 1', 's2 running 2', 's1 registered 0'])

    await site.start({ env })
    await eventually(
      'the task is compensated',
      async () => (await site.sql('SELECT status FROM task_history'))[0]?.status === 'compensated',
      30_000,
    )
    expect(await statuses()).toEqual(['s3 done 1', 's2 done 3', 's1 done 1'])
    const keys = undoer.calls.map(({ headers }) => headers['idempotency-key'])
    expect(keys).toEqual(['s3', 's2', 's2', 's1'].map((id) => `${TASK}/${id}`))
    await expectWhole(site, 'when all is undone')
  })
})
