/** What holds of every ledger at every moment, whatever was killed when. Asked of the tables themselves, in plain SQL. */
import type { Row } from '#lib/db/types.ts'

interface Tables {
  sql(text: string): Promise<Row[]>
}

/** Each selects the rows that break what its name promises, as `id`. Written for both databases. */
const BROKEN: Readonly<Record<string, string>> = {
  'a task has at most one attempt under way': `SELECT task_id AS id FROM task_attempts WHERE finished_at IS NULL
    GROUP BY task_id HAVING COUNT(*) > 1`,
  'a held task has its worker and an attempt of its number under way': `SELECT t.id FROM task_history AS t
    WHERE t.status IN ('running','waiting') AND (t.worker_id IS NULL OR NOT EXISTS (SELECT 1 FROM task_attempts AS a
      WHERE a.task_id = t.id AND a.attempt = t.attempt AND a.worker_id = t.worker_id AND a.finished_at IS NULL))`,
  'an attempt under way belongs to a held task': `SELECT a.task_id AS id FROM task_attempts AS a
    JOIN task_history AS t ON t.id = a.task_id WHERE a.finished_at IS NULL
      AND (t.status NOT IN ('running','waiting') OR t.attempt <> a.attempt OR t.worker_id <> a.worker_id)`,
  'a sealed task has no worker, no next step and no attempt under way': `SELECT t.id FROM task_history AS t
    WHERE t.sealed_at IS NOT NULL AND (t.worker_id IS NOT NULL OR t.next_action IS NOT NULL OR t.next_at IS NOT NULL
      OR EXISTS (SELECT 1 FROM task_attempts AS a WHERE a.task_id = t.id AND a.finished_at IS NULL))`,
  'attempts are numbered from 1 without holes': `SELECT t.id FROM task_history AS t
    WHERE t.attempt <> (SELECT COUNT(*) FROM task_attempts AS a WHERE a.task_id = t.id)
      OR t.attempt <> (SELECT COALESCE(MAX(a.attempt), 0) FROM task_attempts AS a WHERE a.task_id = t.id)`,
  'every attempt has its task': `SELECT a.task_id AS id FROM task_attempts AS a
    WHERE NOT EXISTS (SELECT 1 FROM task_history AS t WHERE t.id = a.task_id)`,
  'a held task is held by a worker that is on record and not yet recovered': `SELECT t.id FROM task_history AS t
    WHERE t.status IN ('running','waiting')
      AND NOT EXISTS (SELECT 1 FROM workers AS w WHERE w.id = t.worker_id AND w.recovered_at IS NULL)`,
  'an interrupted task waits for something': `SELECT id FROM task_history
    WHERE status = 'interrupted' AND (next_action IS NULL OR (next_at IS NULL AND next_action <> 'hold'))`,
  'an interrupted attempt has its incident': `SELECT a.task_id AS id FROM task_attempts AS a
    WHERE a.status = 'interrupted' AND a.cause IN ('proven','suspected','declared','replaced','shutdown')
      AND NOT EXISTS (SELECT 1 FROM incidents AS i JOIN incident_workers AS k ON k.worker_id = a.worker_id
        AND k.incident_id IN (i.id, i.merged_into) WHERE i.id = a.incident_id)`,
  'an active session belongs to an attempt under way': `SELECT s.id FROM sessions AS s
    WHERE s.status = 'active' AND NOT EXISTS (SELECT 1 FROM task_attempts AS a
      WHERE a.task_id = s.task_id AND a.attempt = s.attempt AND a.session_id = s.id AND a.finished_at IS NULL)`,
  'a task tells what it waits for exactly while it waits': `SELECT id FROM task_history
    WHERE (status = 'waiting') <> (wait_reason IS NOT NULL)`,
  'an attempt under way has the status of its task': `SELECT a.task_id AS id FROM task_attempts AS a
    JOIN task_history AS t ON t.id = a.task_id WHERE a.finished_at IS NULL AND a.status <> t.status`,
  'only a task that can go on has checkpoints, and it says so': `SELECT p.task_id AS id FROM checkpoints AS p
    WHERE NOT EXISTS (SELECT 1 FROM task_history AS t
      WHERE t.id = p.task_id AND t.sealed_at IS NULL AND t.checkpoint_turn >= p.turn)`,
  'what to resume from is kept until an attempt begins': `SELECT id FROM task_history
    WHERE resume_from IS NOT NULL AND (sealed_at IS NOT NULL OR status IN ('running','waiting'))`,
  'a task was created once': `SELECT t.id FROM task_history AS t
    WHERE 1 <> (SELECT COUNT(*) FROM task_events AS e WHERE e.task_id = t.id AND e.type = 'task.created')`,
  'every event of a task tells of one that exists': `SELECT e.task_id AS id FROM task_events AS e
    WHERE e.task_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM task_history AS t WHERE t.id = e.task_id)`,
  'output belongs to an attempt': `SELECT o.task_id AS id FROM task_output AS o
    WHERE NOT EXISTS (SELECT 1 FROM task_attempts AS a WHERE a.task_id = o.task_id AND a.attempt = o.attempt)`,
}

const TRANSITIONS = `SELECT e.task_id, e.from_status, e.to_status, t.status FROM task_events AS e
  JOIN task_history AS t ON t.id = e.task_id WHERE e.to_status IS NOT NULL ORDER BY e.id`

/** Throws with all that is broken, each with the ids of a few. */
export async function checkInvariants(tables: Tables): Promise<void> {
  const broken: string[] = []
  for (const [promise, query] of Object.entries(BROKEN)) {
    const ids = (await tables.sql(query)).map((row) => String(row.id))
    if (ids.length > 0) broken.push(`${promise}: not so for ${few(ids)}`)
  }
  const untold = brokenChains(await tables.sql(TRANSITIONS))
  if (untold.length > 0) broken.push(`the history leads to the status, step by step: not so for ${few(untold)}`)
  if (broken.length > 0) throw new Error(broken.join('\n'))
}

/** Each step begins where the one before ended, and the last one ends at the status of the row. */
function brokenChains(rows: readonly Row[]): string[] {
  const paths = new Map<string, { steps: Row[]; status: unknown }>()
  for (const row of rows) {
    const path = paths.get(String(row.task_id)) ?? { steps: [], status: row.status }
    path.steps.push(row)
    paths.set(String(row.task_id), path)
  }
  return [...paths].flatMap(([id, { steps, status }]) => {
    const told = steps.map(({ to_status }) => to_status)
    const follows = steps.every(({ from_status }, index) => from_status === (told[index - 1] ?? null))
    return follows && told.at(-1) === status ? [] : [`${id} (${told.join(' → ')}, is ${status})`]
  })
}

function few(ids: readonly string[]): string {
  return ids.length <= 5 ? ids.join(', ') : `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more`
}
