/**
 * What peers are measured by on PostgreSQL: insert, claim and finish jobs of a queue that keeps no history, as the raw
 * driver does them in batches. The best of them reached 0.64 of it.
 */
import pg from 'pg'
import { poolOptions } from '#lib/db/connect-postgresql.ts'
import type { Contestant } from './contest.ts'
import { together } from './ours.ts'
import { newTasks } from './work.ts'

const TABLE = `CREATE TABLE jobs (
  id BIGSERIAL PRIMARY KEY, queue TEXT NOT NULL, payload JSONB NOT NULL, status TEXT NOT NULL DEFAULT 'queued',
  priority INTEGER NOT NULL DEFAULT 0, run_at TIMESTAMPTZ NOT NULL DEFAULT now(), worker TEXT, attempts INTEGER NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(), started_at TIMESTAMPTZ, finished_at TIMESTAMPTZ);
  CREATE INDEX jobs_due ON jobs (queue, priority DESC, run_at, id) WHERE status = 'queued'`

const INSERT = `INSERT INTO jobs (queue, payload) SELECT 'default', payload FROM unnest($1::jsonb[]) AS c(payload)`
const CLAIM = `UPDATE jobs SET status = 'running', worker = $1, attempts = attempts + 1, started_at = now()
  WHERE id IN (SELECT id FROM jobs WHERE queue = 'default' AND status = 'queued' AND run_at <= now()
    ORDER BY priority DESC, run_at, id LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id, payload`
const FINISH = `UPDATE jobs SET status = 'done', finished_at = now() WHERE id = ANY($1::bigint[]) AND status = 'running'`

export async function openBareQueue(url: string): Promise<{
  jobs(size: number, callers: number, batches: number): Contestant
  close(): Promise<void>
}> {
  const pool = new pg.Pool(poolOptions(url))
  await pool.query(TABLE)
  return {
    jobs(size, callers, batches) {
      async function caller(): Promise<void> {
        for (let batch = 0; batch < batches; batch += 1) {
          const payloads = newTasks(size).map((task) => JSON.stringify(task))
          await pool.query({ name: 'insert', text: INSERT, values: [payloads] })
          const { rows } = await pool.query({ name: 'claim', text: CLAIM, values: ['worker-1', size] })
          await pool.query({ name: 'finish', text: FINISH, values: [rows.map(({ id }) => id)] })
        }
      }
      return { name: 'queue without history', round: () => together(callers, caller, batches * size) }
    },
    close: () => pool.end(),
  }
}
