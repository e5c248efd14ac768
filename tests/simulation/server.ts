/**
 * A server under a simulation: what the ledger's operations get as their database. It can be killed after any statement
 * and after any commit; what it had under way then never goes on, not even to handle an error.
 */
import { createJobs, type Job, planOf, type Round, settle, singles, takeRound } from '#lib/db/commit-queue.ts'
import type { Database } from '#lib/db/types.ts'
import { isTaskError, type TaskError } from '#lib/task/errors.ts'
import { type Engine, Killed } from './engine.ts'

/** How a call ended for the one who made it. `lost` is also what an answer is that never came. */
export type Outcome<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: TaskError }
  | { readonly kind: 'lost' }

/** No call of a schedule needs as many statements; one that does goes in circles. */
const BOUNDARIES_MAX = 3000

export interface CallOptions {
  readonly engine: Engine
  readonly clock: () => number
  /** Asked at every boundary, which is a statement or a commit. */
  readonly dies?: () => boolean
  /** Holds up each transaction and each read until somebody else says so. */
  readonly turn?: (() => Promise<void>) | undefined
  /** Tells of every boundary, as `work/statement` or `work/commit`, and whether the server died there. */
  readonly onBoundary?: ((point: string, died: boolean) => void) | undefined
}

export interface Call<T> {
  readonly outcome: Promise<Outcome<T>>
  /** Whether anything was committed. */
  committed(): boolean
  /** Ends the server between two of its transactions. */
  kill(): void
}

/** Lets a server do something with its database. An error that is no refusal is a bug, and thrown. */
export function call<T>(options: CallOptions, work: (db: Database) => Promise<T>): Call<T> {
  const { engine, clock } = options
  let boundaries = 0
  let commits = 0
  let dead = false
  let lose: (outcome: Outcome<T>) => void = () => {}
  const lost = new Promise<Outcome<T>>((resolve) => {
    lose = resolve
  })

  function passed(point: string): void {
    boundaries += 1
    if (boundaries > BOUNDARIES_MAX) throw new Error(`it goes on for ever at ${point}`)
    const dies = options.dies?.() ?? false
    options.onBoundary?.(point, dies)
    if (dies) throw new Killed()
  }

  function kill(): void {
    dead = true
    lose({ kind: 'lost' })
  }

  async function flush(jobs: Job[]): Promise<void> {
    for (let round = takeRound(jobs); round; round = takeRound(jobs)) await attempt(round)
  }

  async function attempt(round: Round): Promise<void> {
    const { name } = round.work
    try {
      const results = await engine.transact(
        clock(),
        (transaction) => planOf(round, transaction),
        (point) => passed(`${name}/${point}`),
      )
      commits += 1
      passed(`${name}/commit`)
      settle(round, results)
    } catch (error) {
      if (error instanceof Killed) throw error
      if (round.jobs.length > 1) for (const single of singles(round)) await attempt(single)
      else round.jobs[0]?.settle({ ok: false, error: error instanceof Error ? error : new Error(String(error)) })
    }
  }

  /** A dead server does nothing more: whoever waits for it waits for ever, and is forgotten. */
  async function whileAlive<R>(act: () => R | Promise<R>): Promise<R> {
    await options.turn?.()
    if (dead) return new Promise(() => {})
    return act()
  }

  const db: Database = {
    dialect: engine.dialect,
    url: 'simulation:',
    get records(): never {
      throw new Error('the simulation has no records: an operation of the ledger does not read through Prisma')
    },
    write(work, requests) {
      const { jobs, results } = createJobs(work, requests)
      void whileAlive(() => flush(jobs)).catch((error: unknown) => {
        if (error instanceof Killed) kill()
        else for (const job of jobs) job.settle({ ok: false, error: error as Error })
      })
      return results
    },
    read: (text, parameters = []) => whileAlive(() => engine.read(clock(), text, parameters)),
    readAside: (text, parameters = []) => whileAlive(() => engine.read(clock(), text, parameters)),
    now: async () => clock(),
    onCommit: () => () => {},
    close: async () => {},
  }

  const outcome = Promise.race([work(db).then(answered, refusedOrBug), lost])
  return { outcome, committed: () => commits > 0, kill }
}

function answered<T>(value: T): Outcome<T> {
  return { kind: 'answered', value }
}

function refusedOrBug(error: unknown): Outcome<never> {
  if (isTaskError(error) && error.code !== 'internal' && error.code !== 'unavailable') return { kind: 'refused', error }
  throw error
}
