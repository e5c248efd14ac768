/** The end of the store's interest in an execution: delivered, refused for good, or nobody's any more. */

import { finish } from './finish.ts'
import { isOver, type Local, readExecution } from './local.ts'
import { prune } from './prune.ts'

/** The ledger has answered the final result; output that it did not take by then it will never take. */
export function recordDelivered(local: Local, executionId: number): void {
  local.db.write('recordDelivered', () => {
    ackAll(local, 'main', executionId)
    ackAll(local, 'output', executionId)
    prune(local)
  })
}

/** The ledger will never take its output. */
export function discardOutput(local: Local, executionId: number): void {
  local.db.write('discardOutput', () => ackAll(local, 'output', executionId))
}

/** It is not this host's to report, unless it has ended before. Its output may still be worth sending. */
export function recordAbandoned(local: Local, executionId: number, keepOutput: boolean): void {
  local.db.write('recordAbandoned', () => {
    const execution = readExecution(local, executionId)
    if (!execution || isOver(execution)) return
    finish(local, executionId, 'interrupted', { outcome: 'interrupted', details: '' })
    ackAll(local, 'main', executionId)
    if (!keepOutput) ackAll(local, 'output', executionId)
  })
}

function ackAll({ db, now }: Local, file: 'main' | 'output', executionId: number): void {
  const cleared = file === 'output' ? ', data = NULL' : ''
  db.run(
    `UPDATE ${file}.local_task_outbox_messages SET acked_at = ?${cleared} WHERE execution_id = ? AND acked_at IS NULL`,
    now(),
    executionId,
  )
}
