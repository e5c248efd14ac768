import { expect, it } from 'vitest'
import { statements } from '#lib/db/statement.ts'
import type { Database, Plan, Row } from '#lib/db/types.ts'
import {
  abortOperation,
  appendOutput,
  cancelTask,
  claimTasks,
  countTasks,
  createTask,
  declareDead,
  failTask,
  getOperation,
  getTask,
  heartbeat,
  linkSession,
  listErrorGroups,
  listEvents,
  listOperationItems,
  listOperations,
  listTasks,
  listTaskValues,
  noteTask,
  readChart,
  readHealth,
  readOutput,
  readStandings,
  reassignTask,
  recover,
  reportProgress,
  retryOperation,
  runDueOperations,
  runOperation,
  startAttempt,
  startTail,
  stopWorker,
  undoReassignment,
} from '#lib/ledger/index.ts'
import { VALUES_OF } from '#lib/task/terms.ts'
import { START_MS } from '../support/clock.ts'
import { begin, finish, freshId, hire, pass, type Ref, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, ledgerOn } from '../support/ledger.ts'

interface Heard {
  /** The texts of statements, by the name of the work that ran them. */
  readonly written: Map<string, Set<string>>
  /** The texts of reads outside transactions. */
  readonly read: Set<string>
}

/** The same ledger, which hears every statement that runs. */
function heard(ledger: Ledger): { ledger: Ledger; heard: Heard } {
  const written = new Map<string, Set<string>>()
  const read = new Set<string>()
  const { dialect } = ledger.db
  function* listen<T>(name: string, plan: Plan<T>): Plan<T> {
    const texts = written.get(name) ?? new Set<string>()
    written.set(name, texts)
    let step = plan.next()
    while (!step.done) {
      texts.add(step.value.statement.text(dialect))
      step = plan.next(yield step.value)
    }
    return step.value
  }
  const db: Database = {
    ...ledger.db,
    write: (work, requests) =>
      ledger.db.write({ ...work, plan: (...asked) => listen(work.name, work.plan(...asked)) }, requests),
    read(text, parameters) {
      read.add(text)
      return ledger.db.read(text, parameters)
    },
    readAside(text, parameters) {
      read.add(text)
      return ledger.db.readAside(text, parameters)
    },
  }
  return { ledger: { ...ledger, db, context: ledger.contextOf({ db }) }, heard: { written, read } }
}

/** A working day: all that workers do, and all that befalls them. */
async function work(ledger: Ledger): Promise<void> {
  const { context } = ledger
  const worker = await hire(ledger)
  await createTask.many(context, [taskOf(), taskOf(), taskOf()])
  const claimed = await claimTasks(context, { workerId: worker.id, requestId: freshId('r'), max: 3 })
  const refs: Ref[] = claimed.map(({ id, attempt }) => ({ taskId: id, workerId: worker.id, attempt }))
  for (const ref of refs) await reportProgress(context, { ...ref, phase: 'planning', costUsd: 1 })
  await heartbeat(context, { workerId: worker.id, held: refs, progress: refs }).catch(() => {})
  for (const outcome of ['success', 'failed'] as const) {
    const ref = refs.shift()
    if (!ref) continue
    await linkSession(context, { ...ref, sessionId: freshId('session') })
    await finish(ledger, ref, { outcome, error: { class: 'E', message: 'no' }, artifacts: [1] })
    await reportProgress(context, { ...ref, workerId: 'nobody' }).catch(() => {})
  }
  const direct = await createTask(context, taskOf({ maxInterruptions: 0 }))
  await startAttempt(context, { taskId: direct.id, workerId: worker.id, requestId: freshId('r') })
  const asked = await begin(ledger, {}, worker)
  await cancelTask(context, { taskId: asked.task.id, reason: 'not wanted' })
  await pass(ledger, 30_000)
  await recover(context, { trigger: 'sweep', sweepMs: 1000, dryRun: true })
  await recover(context, {
    trigger: 'sweep',
    sweepMs: 1000,
    host: { bootId: 'b', pidNamespace: 'p', isGone: () => true },
  })
  await pass(ledger, 10_000)
  await recover(context, { trigger: 'sweep', sweepMs: 1000 })
  ledger.clock.advance(3_600_000)
  await recover(context, { trigger: 'sweep', sweepMs: 1000 })
}

/** What operators do and pages ask. */
async function operate(ledger: Ledger): Promise<void> {
  const { context } = ledger
  const { ref, worker } = await begin(ledger)
  const { taskId } = ref
  await appendOutput(context, { ...ref, messages: [{ id: 'm', stream: 'stdout', sequence: 1, data: 'x' }] })
  await noteTask(context, { taskId, text: 'look' })
  await failTask(context, { taskId, reason: 'wrong branch' })
  await reassignTask(context, { taskId, reason: 'go on' })
  await undoReassignment(context, { taskId })
  await declareDead(context, { workerId: worker.id })
  await stopWorker(context, { workerId: (await begin(ledger)).worker.id })
  const everything = { repo: 'r', agent: 'a', user: 'u', issue: 1, worker: 'w', label: 'k=v', q: 'x y', incident: 'i' }
  const window = { since: '2026-11-21T08:00:00Z', until: '2026-11-22T08:00:00Z' }
  const figures = { model: 'm', error: 'E', cause: 'proven' as const, cost: '>1', attempts: '<=2' }
  const not = 'status:success repo:r issue:7 worker:w label:k=v label:k error:E cause:proven'
  const queries = [{}, { status: ['queued' as const] }, everything, window, { label: 'k', id: ['a', 'b'] }]
  for (const query of [...queries, figures, { not }]) await listTasks(context, query)
  for (const of of VALUES_OF) await listTaskValues(context, { of, q: 'x' })
  await Promise.all([getTask(context, { taskId }), listEvents(context, { taskId }), countTasks(context)])
  await Promise.all([readOutput(context, { taskId, stream: 'stdout' }), readHealth(context)])
  await bulk(ledger)
  await Promise.all([readChart(context, {}), readStandings(context), listErrorGroups(context)])
  const tail = startTail(context)
  await tail.subscribe(undefined, () => {})
  tail.close()
}

async function bulk({ context }: Ledger): Promise<void> {
  const order = { action: 'note' as const, reason: 'look' }
  await runOperation(context, { ...order, filter: {}, asOf: '2036-11-21T08:00:00Z', dryRun: true })
  const { id: operationId } = await runOperation(context, { ...order, ids: ['a', 'b'] })
  await runDueOperations(context)
  await abortOperation(context, { operationId }).catch(() => {})
  await retryOperation(context, { operationId, of: 'skipped' })
  const [{ nextCursor }] = [await listOperations(context, { limit: 1 })]
  await listOperations(context, { cursor: nextCursor ?? '' })
  await Promise.all([getOperation(context, { operationId }), listOperationItems(context, { operationId })])
  await listOperationItems(context, { operationId, result: 'skipped' })
}

/** The plan of a statement, without running it. */
async function explain({ sql, db }: Ledger, text: string): Promise<Row[]> {
  if (db.dialect.name === 'postgresql') return sql(`EXPLAIN (GENERIC_PLAN) ${text}`)
  const places = [...text.matchAll(/[?$](\d+)/g)].map(([, place]) => Number(place))
  return sql(`EXPLAIN QUERY PLAN ${text}`, Array(Math.max(0, ...places)).fill('[]'))
}

forEachDialect('every statement of the ledger', (open) => {
  it('is one that the database can plan', async () => {
    const { ledger, heard: texts } = heard(await open())
    await work(ledger)
    await operate(ledger)
    const named = statements.map(({ name, text }) => [name, text(ledger.db.dialect)] as const)
    const reads = [...texts.read].map((text) => ['a read', text] as const)
    expect(named.length).toBeGreaterThan(50)
    expect(reads.length).toBeGreaterThan(15)
    for (const [name, text] of [...named, ...reads]) {
      const plan = await explain(ledger, text).catch((error: unknown) => String(error))
      expect([name, text, plan]).toEqual([name, text, expect.any(Array)])
    }
  })
})

/** Works that run again and again while tasks are under way. */
const FREQUENT = [
  ...['heartbeat', 'claimTasks', 'startAttempt', 'finishAttempt', 'reportProgress', 'linkSession', 'tick', 'keepTime'],
  ...['buryWorkers', 'interruptTask', 'settleEnded', 'carryOut', 'recordRecoveryRun', 'dryRun'],
]

/** Tables that only grow, by the names that statements give them. */
const HISTORY = ['t', 'a', 'e', 'o', 's', 'task_history', 'task_attempts', 'task_events', 'task_output', 'sessions']

/** Going through one of these goes through open tasks only, or through the JSON of one row. */
const NARROW = /task_history_(open|due|next_at|worker|incident|timed)\b|task_attempts_unlisted\b|VIRTUAL TABLE/

const openSqlite = ledgerOn('sqlite')

it('no statement that workers and the sweeper repeat goes through the whole history, on SQLite', async () => {
  const { ledger, heard: texts } = heard(await openSqlite())
  await seed(ledger, 20_000)
  await work(ledger)
  expect([...texts.written.keys()]).toEqual(expect.arrayContaining(FREQUENT))
  // Those of the frequent works, and the reads of recovery beside them.
  const frequent = [...FREQUENT.flatMap((name) => [...(texts.written.get(name) ?? [])]), ...texts.read]
  expect(frequent.length).toBeGreaterThan(40)
  const scans: string[] = []
  for (const text of frequent) {
    for (const { detail } of await explain(ledger, text)) {
      const [, table = ''] = /^SCAN (\w+)/.exec(String(detail)) ?? []
      if (HISTORY.includes(table) && !NARROW.test(String(detail))) scans.push(`${detail} in ${text}`)
    }
  }
  expect(scans).toEqual([])
})

/** Many sealed tasks with their attempts and events, and some that are queued far in the future. */
async function seed({ sql }: Ledger, count: number): Promise<void> {
  const series = `WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${count})`
  await sql(`${series} INSERT INTO task_history (id, title, status, attempt, sealed_at, created_at, started_at,
      finished_at, updated_at)
    SELECT 'seeded-' || n, 'Fix login', 'success', 1, ${START_MS}, ${START_MS}, ${START_MS}, ${START_MS}, ${START_MS}
    FROM s`)
  await sql(`INSERT INTO task_attempts (task_id, attempt, worker_id, request_id, status, started_at, progress_at, finished_at)
    SELECT id, 1, 'gone', id, 'success', ${START_MS}, ${START_MS}, ${START_MS} FROM task_history`)
  await sql(`INSERT INTO task_events (type, task_id, actor_kind, actor_name, at)
    SELECT 'task.created', id, 'system', 'rollcall', ${START_MS} FROM task_history`)
}
