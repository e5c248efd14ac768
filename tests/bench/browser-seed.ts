/** An hour of a busy fleet, and one long log, for the pages that draw them. SQLite. */

export const LOG_TASK = 'task-with-a-long-log'
const HOUR_MS = 3_600_000
const LINES_A_CHUNK = 50

function numbers(count: number): string {
  return `(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < ${count - 1}) SELECT n FROM s) AS s`
}

const worker = (now: number, count: number) =>
  `INSERT INTO workers (id, name, host, pid, slots, state, lease_ms, lease_expires_at, last_heartbeat_at, registered_at)
    SELECT 'worker-' || n, 'forge-' || n, 'host-' || (n / 10), 1000 + n, 8, 'alive', 3600000, ${now + HOUR_MS}, ${now}, ${now - HOUR_MS}
    FROM ${numbers(count)}`

/** Each worker one attempt after the other, a twentieth of which failed. */
export function chartStatements(workers: number, attempts: number, now: number): string[] {
  const each = Math.max(1, Math.floor(attempts / workers))
  const length = Math.floor(HOUR_MS / each)
  const at = `${now - HOUR_MS} + (n / ${workers}) * ${length}`
  const status = `CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'success' END`
  return [
    worker(now, workers),
    `INSERT INTO task_history (id, title, repo, status, sealed_at, attempt, created_at, started_at, finished_at, updated_at)
      SELECT 'task-' || n, 'Fix the build ' || n, 'acme/api', ${status}, ${at} + ${length - 500}, 1, ${at}, ${at},
        ${at} + ${length - 500}, ${at} FROM ${numbers(attempts)}`,
    `INSERT INTO task_attempts (task_id, attempt, worker_id, request_id, status, started_at, progress_at, finished_at)
      SELECT 'task-' || n, 1, 'worker-' || (n % ${workers}), 'r' || n, ${status}, ${at}, ${at}, ${at} + ${length - 500}
      FROM ${numbers(attempts)}`,
  ]
}

export function logStatements(lines: number, now: number): string[] {
  const line = `'line ' || (n * ${LINES_A_CHUNK} + k) || ': compiled src/module-' || (k * 7) || '.ts, nothing to complain of' || char(10)`
  return [
    `INSERT INTO task_history (id, title, status, sealed_at, attempt, created_at, started_at, finished_at, updated_at)
      VALUES ('${LOG_TASK}', 'Build everything', 'success', ${now}, 1, ${now - HOUR_MS}, ${now - HOUR_MS}, ${now}, ${now})`,
    `INSERT INTO task_attempts (task_id, attempt, worker_id, request_id, status, started_at, progress_at, finished_at)
      VALUES ('${LOG_TASK}', 1, 'worker-0', 'log', 'success', ${now - HOUR_MS}, ${now}, ${now})`,
    `INSERT INTO task_output (task_id, attempt, stream, sequence, message_id, data, at)
      SELECT '${LOG_TASK}', 1, 'stdout', n + 1, 'm' || n,
        (SELECT group_concat(${line}, '') FROM (WITH RECURSIVE i(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM i WHERE k < ${LINES_A_CHUNK}) SELECT k FROM i)),
        ${now - HOUR_MS} + n FROM ${numbers(lines / LINES_A_CHUNK)}`,
  ]
}
