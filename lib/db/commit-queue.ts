/**
 * Invariant: a request is settled only after the transaction that carried it has committed or been rolled back, and a
 * round never holds two requests with the same key.
 *
 * This is group commit: whatever arrives while a transaction is under way shares the next one, and its fsync.
 */
import type { Plan, Result, Transaction, Work } from './types.ts'

/** More would hold locks, and on SQLite the process, for too long. */
const ROUND_MAX = 1000

type AnyWork = Work<unknown, unknown>

export interface Job {
  readonly work: AnyWork
  readonly request: unknown
  settle(result: Result<unknown>): void
}

/** Requests of one work that can be answered by one call of its plan. */
export interface Round {
  readonly work: AnyWork
  readonly jobs: readonly Job[]
  /** What its requests are about, in the words of `busy` below. */
  readonly keys: ReadonlySet<string>
}

export function createJobs<Request, Value>(
  work: Work<Request, Value>,
  requests: readonly Request[],
): { jobs: Job[]; results: Promise<Result<Value>[]> } {
  const jobs: Job[] = []
  const settled = requests.map(
    (request) =>
      new Promise<Result<Value>>((resolve) => {
        // The queue is blind to types: each job closes over its own work, so what it settles with is that work's value.
        jobs.push({ work: work as unknown as AnyWork, request, settle: resolve as Job['settle'] })
      }),
  )
  return { jobs, results: Promise.all(settled) }
}

/**
 * Cuts the head of a queue into one round: neighbours of the same work with different keys. What is left stays queued;
 * so does what is about something that a round under way, one of `busy`, is about.
 */
export function takeRound(queue: Job[], busy: ReadonlySet<string> = new Set()): Round | undefined {
  const work = queue[0]?.work
  if (!work) return undefined
  const keys = new Set<string>()
  const jobs: Job[] = []
  for (const job of queue) {
    if (job.work !== work || jobs.length === ROUND_MAX) break
    const key = `${work.name}/${work.key(job.request)}`
    if (keys.has(key) || busy.has(key)) break
    keys.add(key)
    jobs.push(job)
  }
  queue.splice(0, jobs.length)
  return jobs.length === 0 ? undefined : { work, jobs, keys }
}

export function planOf(round: Round, transaction: Transaction): Plan<Result<unknown>[]> {
  return round.work.plan(
    transaction,
    round.jobs.map((job) => job.request),
  )
}

/** The rounds to try when a round failed as a whole: each request alone, so that one bad row harms no other. */
export function singles(round: Round): Round[] {
  return round.jobs.map((job) => ({ ...round, jobs: [job] }))
}

export function settle(round: Round, results: readonly Result<unknown>[]): void {
  const missing = new Error(`${round.work.name} answered ${results.length} of ${round.jobs.length} requests`)
  round.jobs.forEach((job, index) => {
    job.settle(results[index] ?? { ok: false, error: missing })
  })
}

/** The database or the program failed, not a request: all of the round get the same error. */
export function failAll(jobs: readonly Job[], cause: unknown): void {
  const error = cause instanceof Error ? cause : new Error(String(cause))
  for (const job of jobs) job.settle({ ok: false, error })
}
