/** The columns of task_history with their types, in the notation of a statement's input. */
import type { TaskChange } from './rows.ts'

/** Those that transitions may change. */
export const CHANGED: Record<keyof TaskChange, string> = {
  status: 'text',
  phase: 'text',
  sealed_at: 'bigint',
  attempt: 'integer',
  worker_id: 'text',
  retries_used: 'integer',
  interruptions: 'integer',
  not_before: 'bigint',
  cancel_requested_at: 'bigint',
  next_action: 'text',
  next_at: 'bigint',
  next_reason: 'text',
  incident_id: 'text',
  reassigned_from: 'text',
  started_at: 'bigint',
  interrupted_at: 'bigint',
  finished_at: 'bigint',
  reason: 'text',
  error_class: 'text',
  error_message: 'text',
  exit_code: 'integer',
  cost_usd: 'double',
  tokens_in: 'bigint',
  tokens_out: 'bigint',
  turns: 'integer',
  artifacts: 'json',
  blame_ppm: 'integer',
  suspect: 'boolean',
  excluded_worker_id: 'text',
  assigned_at: 'bigint',
  resume_from: 'json',
  resumes_used: 'integer',
  wait_reason: 'text',
  checkpoint_turn: 'integer',
  held_at: 'bigint',
  compensating_since: 'bigint',
}

const KEPT = `id text, correlation_id text, title text, repo text, issue_number integer, user text, agent text, agent_type text,
  model text, provider text, payload json, labels json, requires json, priority integer, max_retries integer,
  max_interruptions integer, strategy text, progress_timeout_ms bigint, created_at bigint, updated_at bigint,
  side_effects boolean, predecessor_id text`

/** All of them. */
export const TASK_COLUMNS = `${KEPT}, ${Object.entries(CHANGED)
  .map((column) => column.join(' '))
  .join(', ')}`
