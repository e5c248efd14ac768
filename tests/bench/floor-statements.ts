/**
 * The floor's statements, whichever the driver: every row of a lifecycle and of an interruption, column by column, as a
 * program would write it that keeps the same history and checks nothing but the state that each UPDATE expects.
 */

/** A column and its type in PostgreSQL, in the order of the values. */
type Columns = Readonly<Record<string, string>>

export interface FloorStatement {
  readonly table: string
  readonly columns: Columns
  /** Absent for an INSERT. The row that is changed is `t`, its new values are `c`. */
  readonly update?: { readonly set: string; readonly where: string }
}

const usage: Columns = {
  exit_code: 'integer',
  cost_usd: 'double precision',
  tokens_in: 'bigint',
  tokens_out: 'bigint',
  turns: 'integer',
}
const setUsage =
  'exit_code = c.exit_code, cost_usd = c.cost_usd, tokens_in = c.tokens_in, tokens_out = c.tokens_out, turns = c.turns'

export const FLOOR = {
  insertTask: {
    table: 'task_history',
    columns: {
      ...{ id: 'text', title: 'text', repo: 'text', issue_number: 'integer', '"user"': 'text', agent: 'text' },
      ...{ agent_type: 'text', model: 'text', provider: 'text', payload: 'jsonb', labels: 'jsonb', status: 'text' },
      ...{ attempt: 'integer', worker_id: 'text', created_at: 'bigint', started_at: 'bigint', updated_at: 'bigint' },
    },
  },
  insertAttempt: {
    table: 'task_attempts',
    columns: {
      ...{ task_id: 'text', attempt: 'integer', worker_id: 'text', request_id: 'text', status: 'text' },
      ...{ started_at: 'bigint', progress_at: 'bigint' },
    },
  },
  insertEvent: {
    table: 'task_events',
    columns: {
      ...{ type: 'text', task_id: 'text', attempt: 'integer', worker_id: 'text', from_status: 'text' },
      ...{ to_status: 'text', actor_kind: 'text', actor_name: 'text', data: 'jsonb', at: 'bigint' },
    },
  },
  startTask: {
    table: 'task_history',
    columns: { id: 'text', worker_id: 'text', at: 'bigint' },
    update: {
      set: `status = 'running', attempt = 1, worker_id = c.worker_id, started_at = c.at, updated_at = c.at`,
      where: `t.id = c.id AND t.status = 'queued' AND t.attempt = 0 AND t.sealed_at IS NULL`,
    },
  },
  finishTask: {
    table: 'task_history',
    columns: { id: 'text', at: 'bigint', ...usage },
    update: {
      set: `status = 'success', sealed_at = c.at, finished_at = c.at, worker_id = NULL, updated_at = c.at, ${setUsage}`,
      where: `t.id = c.id AND t.status = 'running' AND t.attempt = 1 AND t.sealed_at IS NULL`,
    },
  },
  endAttempt: {
    table: 'task_attempts',
    columns: { task_id: 'text', worker_id: 'text', message_id: 'text', at: 'bigint', ...usage },
    update: {
      set: `status = 'success', finish_message_id = c.message_id, finished_at = c.at, last_heartbeat_at = c.at, ${setUsage}`,
      where: 't.task_id = c.task_id AND t.attempt = 1 AND t.worker_id = c.worker_id AND t.finished_at IS NULL',
    },
  },
  interruptTask: {
    table: 'task_history',
    columns: {
      ...{
        id: 'text',
        attempt: 'integer',
        worker_id: 'text',
        incident_id: 'text',
        reason: 'text',
        next_reason: 'text',
      },
      ...{ next_at: 'bigint', at: 'bigint' },
    },
    update: {
      set: `status = 'interrupted', worker_id = NULL, interruptions = 1, next_action = 'reassign', next_at = c.next_at,
        next_reason = c.next_reason, incident_id = c.incident_id, interrupted_at = c.at, reason = c.reason, blame_ppm = 50,
        suspect = true, excluded_worker_id = c.worker_id, updated_at = c.at`,
      where: `t.id = c.id AND t.status = 'running' AND t.attempt = c.attempt AND t.sealed_at IS NULL`,
    },
  },
  interruptAttempt: {
    table: 'task_attempts',
    columns: {
      ...{ task_id: 'text', attempt: 'integer', worker_id: 'text', incident_id: 'text', reason: 'text', at: 'bigint' },
    },
    update: {
      set: `status = 'interrupted', cause = 'suspected', incident_id = c.incident_id, blame_ppm = 50, exit_code = -1,
        reason = c.reason, finished_at = c.at, last_heartbeat_at = c.at`,
      where: 't.task_id = c.task_id AND t.attempt = c.attempt AND t.worker_id = c.worker_id AND t.finished_at IS NULL',
    },
  },
  insertInterruption: {
    table: 'task_events',
    columns: {
      ...{ type: 'text', task_id: 'text', attempt: 'integer', worker_id: 'text', from_status: 'text' },
      ...{ to_status: 'text', actor_kind: 'text', actor_name: 'text', reason: 'text', data: 'jsonb', at: 'bigint' },
    },
  },
} as const satisfies Record<string, FloorStatement>

export type FloorStatementName = keyof typeof FLOOR
