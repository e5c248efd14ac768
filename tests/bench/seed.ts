/**
 * A ledger with a long past, put there by a few statements: a fleet of 200 workers that takes 5,000 tasks a day, 400 of
 * them still open. More tasks mean more days; what is under way and what happened lately is the same in each of them.
 */
import type { Dialect } from '#lib/db/types.ts'

const TASKS_A_DAY = 5000
const GAP_MS = 86_400_000 / TASKS_A_DAY
const OPEN = 400
const WORKERS = 200
const REPOS = 40
const ISSUES = 150

const WORDS = ['login', 'export', 'webhook', 'invoice', 'search', 'cache', 'session', 'upload', 'report', 'importer']
const AGENTS = ['coder', 'coder', 'coder', 'reviewer', 'docs-writer', 'migrator', 'triager', 'coder']
const MODELS = ['opus-5', 'sonnet-5', 'haiku-5']
const ERRORS = ['ExitCode', 'Timeout', 'RateLimited', 'AssertionError', 'ToolError', 'OutOfMemory', 'NetworkError']

/** Found a few times in a million tasks, and in ten thousand once at most. */
export const RARE = { user: 'zoe', issue: 999_999 } as const

/** The statements that fill an empty ledger with so many tasks, oldest first; `now` is when the newest was created. */
export function seedStatements(dialect: Dialect['name'], tasks: number, now: number): string[] {
  const json = (text: string) => (dialect === 'sqlite' ? text : `(${text})::jsonb`)
  const big = (text: string) => (dialect === 'sqlite' ? text : `CAST(${text} AS BIGINT)`)
  const numbers = (from: number, to: number) =>
    dialect === 'sqlite'
      ? `(WITH RECURSIVE s(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM s WHERE n < ${to}) SELECT n FROM s) AS s`
      : `generate_series(${from}::bigint, ${to}) AS s(n)`
  const at = big(`${now} - (${tasks} - n) * ${GAP_MS}`)
  const open = `n > ${tasks - OPEN}`
  const running = `(${open} AND n % 8 < 6)`
  const status = `CASE WHEN ${running} THEN 'running' WHEN ${open} AND n % 8 = 6 THEN 'interrupted'
    WHEN ${open} THEN 'queued' WHEN n % 20 = 0 THEN 'failed' WHEN n % 50 = 1 THEN 'cancelled' ELSE 'success' END`
  const queued = `(${open} AND n % 8 = 7)`
  const worker = `'worker-' || (n % ${WORKERS})`
  const task = `'task-' || (100000000 + n)`
  const failed = `(NOT (${open}) AND n % 20 = 0)`
  const ended = (ms: string) => `CASE WHEN ${open} THEN NULL ELSE ${ms} END`
  const from = numbers(1, tasks)
  return [
    `INSERT INTO workers (id, name, host, pid, slots, state, lease_ms, lease_expires_at, last_heartbeat_at, registered_at)
      SELECT ${worker}, 'forge-' || n, 'host-' || (n / 10), 1000 + n, 8, 'alive', 3600000, ${big(`${now} + 3600000`)}, ${now}, ${big(`${now} - n`)}
      FROM ${numbers(0, WORKERS - 1)}`,
    `INSERT INTO task_history (id, title, repo, issue_number, "user", agent, model, provider, labels, status, sealed_at, attempt,
        worker_id, created_at, started_at, interrupted_at, finished_at, updated_at, error_class, error_message, cost_usd, turns)
      SELECT ${task}, 'Fix the ' || ${pick(WORDS, 'n / 7')} || ' of the ' || ${pick(WORDS, 'n')} || ' ' || n, 'acme/repo-' || (n % ${REPOS}),
        CASE WHEN n % 300007 = 5 THEN ${RARE.issue} ELSE n % ${ISSUES} END,
        CASE WHEN n % 300007 = 5 THEN '${RARE.user}' ELSE 'user-' || (n % 25) END,
        ${pick(AGENTS, 'n')}, ${pick(MODELS, 'n')}, 'anthropic', ${json(`'{"team":"' || (n % 3) || '"}'`)}, ${status},
        ${ended(`${at} + 60000`)}, CASE WHEN ${queued} THEN 0 ELSE 1 END, CASE WHEN ${running} THEN ${worker} END, ${at},
        CASE WHEN ${queued} THEN NULL ELSE ${at} + 1000 END,
        CASE WHEN ${open} AND n % 8 = 6 THEN ${at} + 30000 END, ${ended(`${at} + 60000`)}, ${at},
        CASE WHEN ${failed} THEN ${pick(ERRORS, 'n / 20')} END, CASE WHEN ${failed} THEN 'it ended with ' || (n % 5) END,
        CASE WHEN ${open} THEN NULL ELSE n % 300 / 100.0 END, n % 40
      FROM ${from}`,
    `INSERT INTO task_attempts (task_id, attempt, worker_id, request_id, status, started_at, progress_at, finished_at, error_class)
      SELECT ${task}, 1, ${worker}, 'r' || n, ${status}, ${at} + 1000, ${at} + 20000,
        CASE WHEN ${running} THEN NULL ELSE ${at} + 30000 END, CASE WHEN ${failed} THEN ${pick(ERRORS, 'n / 20')} END
      FROM ${from} WHERE NOT ${queued}`,
    `INSERT INTO sessions (id, task_id, attempt, worker_id, status, linked_at, ended_at)
      SELECT 'session-' || n, ${task}, 1, ${worker}, 'closed', ${at} + 1000, ${at} + 60000 FROM ${from} WHERE n % 3 = 0 AND NOT (${open})`,
    ...['created', 'started', 'finished'].map(
      (type, place) => `INSERT INTO task_events (type, task_id, attempt, worker_id, actor_kind, actor_name, at)
        SELECT 'task.${type}', ${task}, ${Math.min(place, 1)}, ${worker}, 'worker', 'seed', ${at} + ${place * 1000}
        FROM ${from} ${place === 2 ? `WHERE NOT (${open})` : ''}`,
    ),
    `INSERT INTO recovery_runs (id, "trigger", started_at, finished_at, workers_dead, interrupted, quarantined, reassigned)
      SELECT 'run-' || n, 'sweep', ${at}, ${at} + 10, 1, 2, 0, 0 FROM ${from} WHERE n % 100 = 0`,
    `INSERT INTO incidents (id, cause, title, opened_at, resolved_at)
      SELECT 'incident-' || n, 'proven', 'Worker died', ${at}, CASE WHEN n > ${tasks - 300} THEN NULL ELSE ${at} + 60000 END
      FROM ${from} WHERE n % 100 = 0`,
    ...[60_000, 3_600_000].map(
      (span) => `INSERT INTO rollups (span_ms, bucket, outcome, count)
        SELECT ${span}, sealed_at / ${span} * ${span}, status, COUNT(*) FROM task_history
        WHERE sealed_at >= ${span === 60_000 ? now - 25 * 3_600_000 : 0} GROUP BY 1, 2, 3`,
    ),
    dialect === 'sqlite' ? 'PRAGMA wal_checkpoint(TRUNCATE)' : 'ANALYZE',
  ]
}

function pick(words: readonly string[], number: string): string {
  const whens = words.map((word, place) => `WHEN ${place} THEN '${word}'`)
  return `CASE (${number}) % ${words.length} ${whens.join(' ')} END`
}
