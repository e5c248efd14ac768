/** What the store holds, for a new process, for a person, and for whoever counts. */

import type { Stream } from '#lib/task/schema.ts'
import { executionOf, type Local, used } from './local.ts'
import { waitingFinals } from './messages.ts'
import type { Execution, LocalStatus, Range, Snapshot, SpoolFigures } from './types.ts'

export function spoolFigures(local: Local): SpoolFigures {
  const { outputMessages, outputBytes, finals, finalBytes, reservedBytes } = used(local)
  return {
    pendingMessages: outputMessages + finals,
    pendingBytes: outputBytes + finalBytes,
    pendingFinals: finals,
    reservedBytes,
    capBytes: local.limits.capBytes,
  }
}

export function snapshot(local: Local): Snapshot {
  return {
    received: inStatus(local, 'received'),
    running: inStatus(local, 'running'),
    finals: waitingFinals(local),
    ranges: waitingRanges(local),
    spool: spoolFigures(local),
    hasDropped: hasDropped(local),
  }
}

function inStatus({ db }: Local, status: LocalStatus): Execution[] {
  return db.all('SELECT * FROM main.local_task_executions WHERE status = ? ORDER BY id', status).map(executionOf)
}

/** Numbers that follow one another have the same distance to their rank. */
function waitingRanges({ db }: Local): Range[] {
  const rows = db.all(
    `SELECT e.task_id, e.attempt, r.stream, MIN(r.sequence) AS low, MAX(r.sequence) AS high
      FROM (SELECT execution_id, stream, sequence,
          sequence - ROW_NUMBER() OVER (PARTITION BY execution_id, stream ORDER BY sequence) AS island
        FROM output.local_task_outbox_messages WHERE acked_at IS NULL) AS r
      JOIN main.local_task_executions AS e ON e.id = r.execution_id
      GROUP BY r.execution_id, r.stream, r.island ORDER BY r.execution_id, r.stream, low`,
  )
  return rows.map((row) => ({
    taskId: String(row.task_id),
    attempt: Number(row.attempt),
    // A CHECK of the table allows no other.
    stream: row.stream as Stream,
    from: Number(row.low),
    to: Number(row.high),
  }))
}

function hasDropped({ db }: Local): boolean {
  const row = db.get(
    'SELECT 1 AS found FROM main.local_task_executions WHERE stdout_truncated = 1 OR stderr_truncated = 1 LIMIT 1',
  )
  return row !== undefined
}
