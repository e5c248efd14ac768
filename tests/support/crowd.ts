/**
 * Bystanders: tasks, attempts and workers of every kind beside those that a test is about. A statement that forgets whom
 * it is about meets them. They have a skill of their own, so no test's worker is given their work, and a lease that lasts.
 */
import type { Row } from '#lib/db/types.ts'
import { START_MS } from './clock.ts'

type Sql = (text: string, parameters?: readonly unknown[]) => Promise<Row[]>

const WORKER = 'crowd-worker'
const at = START_MS - 60_000
const FAR = START_MS + 10 * 365 * 86_400_000

interface Bystander {
  readonly id: string
  readonly status: string
  /** How its attempts ended; the last one goes on where its status says so. */
  readonly attempts: readonly string[]
  readonly set?: Readonly<Record<string, unknown>>
}

const held = { worker_id: WORKER, started_at: at }
const BYSTANDERS: readonly Bystander[] = [
  { id: 'crowd-queued', status: 'queued', attempts: [] },
  { id: 'crowd-assigned', status: 'assigned', attempts: [], set: { worker_id: WORKER, assigned_at: FAR } },
  { id: 'crowd-running', status: 'running', attempts: ['running'], set: held },
  { id: 'crowd-again', status: 'running', attempts: ['interrupted', 'running'], set: held },
  { id: 'crowd-twin', status: 'running', attempts: ['failed', 'running'], set: held },
  { id: 'crowd-waiting', status: 'waiting', attempts: ['failed', 'interrupted', 'waiting'], set: held },
  {
    id: 'crowd-interrupted',
    status: 'interrupted',
    attempts: ['interrupted'],
    set: { interrupted_at: at, next_action: 'hold' },
  },
  { id: 'crowd-failed', status: 'failed', attempts: ['failed'], set: { finished_at: at, next_action: 'hold' } },
  { id: 'crowd-sealed', status: 'success', attempts: ['success'], set: { finished_at: at, sealed_at: at } },
  {
    id: 'crowd-both',
    status: 'cancelled',
    attempts: ['interrupted', 'cancelled'],
    set: { finished_at: at, sealed_at: at },
  },
]

export async function seedCrowd(sql: Sql): Promise<void> {
  // One text: a world that is made for every test should cost next to nothing.
  await sql([...workersOfCrowd(), ...BYSTANDERS.flatMap(bystanderRows)].join(';\n'))
}

function workersOfCrowd(): string[] {
  return [
    rowOf('workers', {
      ...{ id: WORKER, name: WORKER, host: 'crowd', pid: 1, skills: '["crowd"]', state: 'alive', slots: 99 },
      ...{ lease_ms: 30_000, lease_expires_at: FAR, last_heartbeat_at: at, registered_at: at },
    }),
    rowOf('workers', {
      ...{ id: 'crowd-dead', name: 'crowd-dead', host: 'crowd', pid: 2, state: 'dead', death_kind: 'proven' },
      ...{ lease_ms: 30_000, lease_expires_at: at, last_heartbeat_at: at, registered_at: at },
      ...{ ended_at: at, recovered_at: at },
    }),
  ]
}

function bystanderRows({ id, status, attempts, set }: Bystander): string[] {
  const numbers = { attempt: attempts.length, max_retries: 9, created_at: at, updated_at: at }
  const step = { kind: 'crowd', target: 'x', reason: 'x', status: 'registered', created_at: at }
  return [
    rowOf('task_history', { id, title: id, status, requires: '["crowd"]', ...numbers, ...set }),
    rowOf('task_events', {
      ...{ type: 'task.created', task_id: id, to_status: status, actor_kind: 'system', actor_name: 'crowd', at },
    }),
    ...attempts.flatMap((outcome, index) => attemptRows({ task_id: id, attempt: index + 1 }, outcome)),
    rowOf('compensations', { task_id: id, id: `${id}-step`, position: 1, ...step }),
  ]
}

function attemptRows(ref: { task_id: string; attempt: number }, outcome: string): string[] {
  const open = outcome === 'running' || outcome === 'waiting'
  const session = `${ref.task_id}-${ref.attempt}`
  const ended = open ? { status: 'active' } : { status: 'closed', ended_at: at }
  const output = { stream: 'stdout', sequence: 7, message_id: `${session}-output`, data: 'crowd', at }
  const report = { outcome: 'success', report: '{}', status: 'kept', received_at: at }
  return [
    rowOf('task_attempts', {
      ...{ ...ref, worker_id: WORKER, request_id: `${session}-request`, status: outcome, session_id: session },
      ...{ started_at: at, progress_at: at, finished_at: open ? null : at },
      finish_message_id: open ? null : `${session}-message`,
    }),
    rowOf('sessions', { id: session, ...ref, worker_id: WORKER, linked_at: at, ...ended }),
    rowOf('checkpoints', { ...ref, turn: 1, state: '{}', created_at: at }),
    rowOf('task_output', { ...ref, ...output }),
    ...(open ? [] : [rowOf('late_reports', { id: `${session}-late`, ...ref, worker_id: WORKER, ...report })]),
  ]
}

/** The text that inserts a row. */
export function rowOf(table: string, row: Readonly<Record<string, unknown>>): string {
  return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).map(literal).join(', ')})`
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `'${String(value)}'`
}

const TABLES: Readonly<Record<string, string>> = {
  task_history: 'id',
  task_attempts: 'task_id',
  sessions: 'task_id',
  checkpoints: 'task_id',
  task_output: 'task_id',
  late_reports: 'task_id',
  compensations: 'task_id',
}

/** All that the bystanders have, to be compared; of their workers, that they still are what they were. */
export async function lookAtCrowd(sql: Sql): Promise<string> {
  const rows = [await sql("SELECT id, state, skills FROM workers WHERE id LIKE 'crowd%' ORDER BY id")]
  for (const [table, key] of Object.entries(TABLES)) {
    rows.push(await sql(`SELECT * FROM ${table} WHERE ${key} LIKE 'crowd%' ORDER BY 1, 2, 3`))
  }
  return JSON.stringify(rows)
}
