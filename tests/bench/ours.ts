/** Rollcall's side: the ledger's own operations, on a migrated database with one worker. */
import { v7 } from 'uuid'
import { migrate } from '#lib/db/migrate.ts'
import { openDatabase } from '#lib/db/open.ts'
import type { Result } from '#lib/db/types.ts'
import { type Context, createTask, finishAttempt, registerWorker, startAttempt } from '#lib/ledger/index.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { LIMITS } from '#lib/task/schema.ts'
import { settingsOf } from '#lib/task/settings.ts'
import type { Contestant } from './contest.ts'
import { BATCH, CALLERS, newTask, newTasks, reportOf } from './work.ts'

export interface OurLedger {
  readonly context: Context
  readonly workerId: string
  close(): Promise<void>
}

export async function openOurs(url: string): Promise<OurLedger> {
  await migrate(url)
  const db = await openDatabase(url)
  const actor = { kind: 'worker', name: 'bench/1', role: 'admin' } as const
  const context: Context = {
    db,
    actor,
    policy: createPolicy(settingsOf({ strategy: 'fail-and-reassign', firstDelayMs: 10_000 })),
  }
  const { id } = await registerWorker(context, { host: 'bench', pid: 1, leaseMs: LIMITS.leaseMsMax })
  return { context, workerId: id, close: () => db.close() }
}

/** Each of `callers` creates, starts and finishes `batches` times 1000 tasks, a thousand a call. */
export function batchedLifecycles({ context, workerId }: OurLedger, callers: number, batches: number): Contestant {
  async function caller(): Promise<void> {
    for (let batch = 0; batch < batches; batch += 1) {
      const tasks = newTasks(BATCH)
      assertAll(await createTask.many(context, tasks))
      const starts = tasks.map(({ id }) => ({ taskId: id, workerId, requestId: v7() }))
      assertAll(await startAttempt.many(context, starts))
      const reports = tasks.map(({ id }) => reportOf(id, workerId))
      assertAll(await finishAttempt.many(context, reports))
    }
  }
  return { name: 'Rollcall', round: () => together(callers, caller, batches * BATCH) }
}

/** 32 callers at once, one command each. */
export function singleLifecycles({ context, workerId }: OurLedger, each: number): Contestant {
  async function caller(): Promise<void> {
    for (let turn = 0; turn < each; turn += 1) {
      const { id } = await createTask(context, newTask())
      await startAttempt(context, { taskId: id, workerId, requestId: v7() })
      await finishAttempt(context, reportOf(id, workerId))
    }
  }
  return { name: 'Rollcall', round: () => together(CALLERS, caller, each) }
}

/** 32 callers at once, each putting tasks on record that are running when the answer comes. */
export function singleStarts({ context, workerId }: OurLedger, each: number): Contestant {
  async function caller(): Promise<void> {
    for (let turn = 0; turn < each; turn += 1) await createTask(context, { ...newTask(), start: { workerId } })
  }
  return { name: 'Rollcall', round: () => together(CALLERS, caller, each) }
}

export async function together(callers: number, caller: () => Promise<void>, each: number): Promise<number> {
  await Promise.all(Array.from({ length: callers }, caller))
  return callers * each
}

function assertAll(results: readonly Result<unknown>[]): void {
  for (const result of results) if (!result.ok) throw result.error
}
