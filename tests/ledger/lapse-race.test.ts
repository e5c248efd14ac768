import { expect, it } from 'vitest'
import { statement } from '#lib/db/statement.ts'
import type { Database, Plan } from '#lib/db/types.ts'
import { getTask, heartbeat, recover } from '#lib/ledger/index.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import { begin, eventTypes, freshId, hire, pass, sweep } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

/** A sweep in the middle of which, right after the statement of this name, something else is committed. */
async function sweepWhile(ledger: Ledger, name: string, change: string): Promise<void> {
  const meanwhile = statement(freshId('meanwhile'), () => change)
  function* interleaved<T>(plan: Plan<T>): Plan<T> {
    let step = plan.next()
    while (!step.done) {
      const rows = yield step.value
      if (step.value.statement.name === name) yield { statement: meanwhile, input: [{}] }
      step = plan.next(rows)
    }
    return step.value
  }
  const db: Database = {
    ...ledger.db,
    write: (work, requests) =>
      ledger.db.write({ ...work, plan: (...asked) => interleaved(work.plan(...asked)) }, requests),
  }
  const policy = createPolicy(settingsOf({ noProgress: 'interrupt' }))
  await recover(ledger.contextOf({ db, policy }), { trigger: 'sweep', sweepMs: 1000 })
}

forEachDialect('between the look of a sweep and its lock', (open) => {
  it('what gets on is silent no more', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { progressTimeoutMs: 5000 }, await hire(ledger, { leaseMs: 3_600_000 }))
    await pass(ledger, 6000)
    await sweepWhile(ledger, 'lockSilent', 'UPDATE task_attempts SET progress_at = progress_at + 6000')
    expect((await getTask(ledger.context, ref)).task).toMatchObject({ status: 'running', noProgressSince: null })
    expect(await eventTypes(ledger, ref.taskId)).toEqual(['task.created', 'task.started'])
  })

  it('what is listed again is dropped no more', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    for (let ms = 0; ms <= 30_000; ms += 10_000) {
      await heartbeat(ledger.context, { workerId: ref.workerId, held: [] })
      if (ms < 30_000) await pass(ledger, 10_000)
    }
    await sweepWhile(ledger, 'lockDropped', 'UPDATE task_attempts SET unlisted_at = NULL')
    expect((await getTask(ledger.context, ref)).task.status).toBe('running')
    await sweep(ledger)
    expect((await getTask(ledger.context, ref)).task.status).toBe('running')
  })
})
