/** All that a schedule has written so far, read with one statement, since it is read after every step. */
import type { Dialect } from '#lib/db/types.ts'
import type { EventType } from '#lib/task/schema.ts'
import type { AttemptStatus, TaskStatus } from '#lib/task/states.ts'
import type { Engine } from './engine.ts'

export interface TaskState {
  readonly id: string
  readonly status: TaskStatus
  readonly attempt: number
  readonly workerId: string | null
  readonly sealedAt: number | null
  readonly retriesUsed: number
  readonly retriesMax: number
  readonly interruptions: number
  readonly interruptionsMax: number
  readonly blamePpm: number
  readonly notBefore: number | null
  readonly nextAction: string | null
  readonly nextAt: number | null
  readonly heldAt: number | null
  readonly compensatingSince: number | null
  /** Every column, as text, to be compared. */
  readonly whole: string
}

export interface AttemptState {
  readonly taskId: string
  readonly attempt: number
  readonly workerId: string
  readonly requestId: string
  readonly status: AttemptStatus
  readonly cause: string | null
  readonly finishedAt: number | null
  readonly whole: string
}

export interface WorkerState {
  readonly id: string
  readonly state: 'alive' | 'draining' | 'stopped' | 'dead'
  readonly deathKind: string | null
  readonly leaseMs: number
  readonly leaseExpiresAt: number
  readonly lastHeartbeatAt: number
  readonly registeredAt: number
  readonly endedAt: number | null
  readonly recoveredAt: number | null
}

export interface SessionState {
  readonly id: string
  readonly taskId: string
  readonly attempt: number
  readonly status: string
}

export interface StepState {
  readonly taskId: string
  readonly id: string
  readonly position: number
  readonly kind: string
  readonly status: string
  readonly whole: string
}

export interface EventState {
  readonly id: number
  readonly type: EventType
  readonly taskId: string | null
  readonly attempt: number | null
  readonly workerId: string | null
  readonly fromStatus: TaskStatus | null
  readonly toStatus: TaskStatus | null
  readonly data: string
}

export interface State {
  readonly tasks: ReadonlyMap<string, TaskState>
  readonly attempts: readonly AttemptState[]
  readonly workers: ReadonlyMap<string, WorkerState>
  readonly sessions: readonly SessionState[]
  readonly steps: readonly StepState[]
  /** Those behind the event that was asked for. */
  readonly events: readonly EventState[]
}

/** The column behind each field; `*` is all of them. */
const TASK: Record<keyof TaskState, string> = {
  id: 'id',
  status: 'status',
  attempt: 'attempt',
  workerId: 'worker_id',
  sealedAt: 'sealed_at',
  retriesUsed: 'retries_used',
  retriesMax: 'max_retries',
  interruptions: 'interruptions',
  interruptionsMax: 'max_interruptions',
  blamePpm: 'blame_ppm',
  notBefore: 'not_before',
  nextAction: 'next_action',
  nextAt: 'next_at',
  heldAt: 'held_at',
  compensatingSince: 'compensating_since',
  whole: '*',
}
const ATTEMPT: Record<keyof AttemptState, string> = {
  taskId: 'task_id',
  attempt: 'attempt',
  workerId: 'worker_id',
  requestId: 'request_id',
  status: 'status',
  cause: 'cause',
  finishedAt: 'finished_at',
  whole: '*',
}
const WORKER: Record<keyof WorkerState, string> = {
  id: 'id',
  state: 'state',
  deathKind: 'death_kind',
  leaseMs: 'lease_ms',
  leaseExpiresAt: 'lease_expires_at',
  lastHeartbeatAt: 'last_heartbeat_at',
  registeredAt: 'registered_at',
  endedAt: 'ended_at',
  recoveredAt: 'recovered_at',
}
const SESSION: Record<keyof SessionState, string> = {
  id: 'id',
  taskId: 'task_id',
  attempt: 'attempt',
  status: 'status',
}
const STEP: Record<keyof StepState, string> = {
  taskId: 'task_id',
  id: 'id',
  position: 'position',
  kind: 'kind',
  status: 'status',
  whole: '*',
}
const EVENT: Record<keyof EventState, string> = {
  id: 'id',
  type: 'type',
  taskId: 'task_id',
  attempt: 'attempt',
  workerId: 'worker_id',
  fromStatus: 'from_status',
  toStatus: 'to_status',
  data: 'data',
}

/** Gives everything, but of the events only those behind one. */
export type Reader = (afterEvent: number) => Promise<State>

export async function createReader(engine: Engine): Promise<Reader> {
  const tables: [string, Record<string, string>, string][] = [
    ['task_history', TASK, ''],
    ['task_attempts', ATTEMPT, ''],
    ['workers', WORKER, ''],
    ['sessions', SESSION, ''],
    ['compensations', STEP, ''],
    ['task_events', EVENT, 'WHERE t.id > $1'],
  ]
  const parts: string[] = []
  for (const [table, fields, only] of tables) {
    const whole = await wholeRow(engine, table)
    const values = Object.values(fields).map((column) => (column === '*' ? whole : `t.${column}`))
    parts.push(
      `(SELECT ${group(engine.dialect)}(${array(engine.dialect)}(${values.join(', ')})) FROM ${table} AS t ${only})`,
    )
  }
  const text = `SELECT ${array(engine.dialect)}(${parts.join(', ')}) AS state`
  return async (afterEvent) => {
    const [row] = await engine.read(0, text, [afterEvent])
    const found: unknown = row?.state
    // The statement is made of the lists above.
    return toState((typeof found === 'string' ? JSON.parse(found) : found) as Found)
  }
}

/** A row as one text, with every column that the table has. */
async function wholeRow(engine: Engine, table: string): Promise<string> {
  if (engine.dialect.name === 'postgresql') return 't::text'
  const names = await engine.read(0, `SELECT name FROM pragma_table_info('${table}')`, [])
  return `(json_array(${names.map(({ name }) => `t."${name}"`).join(', ')}) || '')`
}

const array = ({ name }: Dialect) => (name === 'sqlite' ? 'json_array' : 'json_build_array')
const group = ({ name }: Dialect) => (name === 'sqlite' ? 'json_group_array' : 'json_agg')

type Rows = readonly (readonly unknown[])[] | null | undefined
type Found = readonly Rows[]

function toState([tasks, attempts, workers, sessions, steps, events]: Found): State {
  return {
    tasks: byId(shaped(tasks, TASK)),
    attempts: shaped(attempts, ATTEMPT),
    workers: byId(shaped(workers, WORKER)),
    sessions: shaped(sessions, SESSION),
    steps: shaped(steps, STEP),
    events: shaped(events, EVENT).sort((left, right) => left.id - right.id),
  }
}

function shaped<T>(rows: Rows, columns: Record<keyof T, string>): T[] {
  const fields = Object.keys(columns)
  return (rows ?? []).map((row) => {
    const made: Record<string, unknown> = {}
    for (let place = 0; place < fields.length; place += 1) made[fields[place] ?? ''] = row[place]
    // The values stand in the order of the fields.
    return made as T
  })
}

function byId<T extends { readonly id: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]))
}

/** Node 20 has no Map.groupBy. */
export function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}
