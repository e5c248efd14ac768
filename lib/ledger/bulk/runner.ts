/**
 * Invariant: one pass at a time in this process; each batch is a transaction of its own, so that a pass which ends
 * anywhere, with its process or without, leaves nothing half done. Any number of instances may run at once.
 */

import type { Context } from '#lib/ledger/core/context.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { BULK_BATCH, runBatch } from './batch.ts'

const DUE = `SELECT id FROM operations WHERE status = 'running' AND starts_at <= $1 ORDER BY starts_at, id LIMIT 20`

/** Does batches until nothing is due, in turns, so that a short act does not wait for a long one. */
export async function runDueOperations(context: Context, isStopped: () => boolean = () => false): Promise<void> {
  const elsewhere = new Set<string>()
  for (;;) {
    const rows = await context.db.read(DUE, [await context.db.now()])
    const due = rows.map((row) => row.id as string).filter((id) => !elsewhere.has(id))
    if (due.length === 0) return
    for (const id of due) {
      if (isStopped()) return
      if (!(await runNext(context, id))) elsewhere.add(id)
    }
  }
}

/** False when another instance is at it, or it is over. */
async function runNext(context: Context, operationId: string): Promise<boolean> {
  try {
    return (await runBatch(context, { operationId, max: BULK_BATCH })) !== null
  } catch (error) {
    if (isTaskError(error)) throw error
    await runOneByOne(context, operationId)
    return true
  }
}

/** A batch that fails as a whole holds a task over which the program fails: that one is given up, the others are done. */
async function runOneByOne(context: Context, operationId: string): Promise<void> {
  for (let count = 0; count < BULK_BATCH; count += 1) {
    const now = await runBatch(context, { operationId, max: 1 }).catch((error: unknown) => {
      if (isTaskError(error)) throw error
      return runBatch(context, { operationId, max: 1, broken: error instanceof Error ? error.message : String(error) })
    })
    if (now?.status !== 'running') return
  }
}

export interface OperationRunner {
  stop(): Promise<void>
}

/** Looks each `everyMs`, and at once when an operation was ordered, by this process or another one. */
export function startOperationRunner(
  context: Context,
  { everyMs }: { everyMs: number },
  onError: (error: unknown) => void,
): OperationRunner {
  let stopped = false
  let failing = false
  let pass: Promise<void> | undefined

  function look(): void {
    if (stopped || pass) return
    pass = runDueOperations(context, () => stopped)
      .then(
        () => {
          failing = false
        },
        (error: unknown) => {
          // Once an edge, as the sweeper does.
          if (!failing) onError(error)
          failing = true
        },
      )
      .finally(() => {
        pass = undefined
      })
  }

  const timer = setInterval(look, everyMs)
  timer.unref()
  const stopListening = context.db.onCommit((works) => {
    if (works.has('createOperation')) look()
  })
  return {
    async stop() {
      stopped = true
      clearInterval(timer)
      stopListening()
      await pass
    },
  }
}
