/** A simulation that finds nothing proves nothing: each of these bugs is put into the ledger, and must be found. */
import { afterEach, expect, it, vi } from 'vitest'
import type { Transaction } from '#lib/db/types.ts'
import { asWritten, type Rewrite } from './engine.ts'
import { openSqliteEngine } from './engine-sqlite.ts'

const SCHEDULES = 400

afterEach(() => {
  vi.resetModules()
  vi.doUnmock('#lib/ledger/core/fence.ts')
  vi.doUnmock('#lib/ledger/worker/reattach.ts')
})

/** Runs schedules until one breaks; answers what was said of it. Modules are loaded anew, so that a mock takes hold. */
async function findings(rewrite: Rewrite = asWritten, damage?: Damage): Promise<string> {
  const { Simulation } = await import('./schedule.ts')
  const engine = damage ? damage(openSqliteEngine(rewrite)) : openSqliteEngine(rewrite)
  const simulation = await Simulation.on(engine)
  try {
    for (let seed = 0; seed < SCHEDULES; seed += 1) await simulation.run(seed)
    return 'nothing'
  } catch (error) {
    return (error as Error).message
      .split('\n')
      .filter((line) => !line.startsWith(' ') && !line.startsWith('step '))
      .join('\n')
  } finally {
    await engine.close()
  }
}

type Damage = (engine: ReturnType<typeof openSqliteEngine>) => ReturnType<typeof openSqliteEngine>

/** Changes one statement, which must be there and must change by it. */
function inStatement(name: string, from: string | RegExp, to: string): Rewrite {
  return (statement, text) => {
    if (statement.name !== name) return text
    const changed = text.replace(from, to)
    if (changed === text) throw new Error(`${name} is not written as this test believes`)
    return changed
  }
}

const BUGS: readonly (readonly [what: string, rewrite: Rewrite, found: RegExp])[] = [
  [
    'bulk acts that count what they change twice',
    inStatement('advanceOperation', 'c.more_changed', '2 * c.more_changed'),
    /operations with wrong books/,
  ],
  [
    'retention that leaves sessions behind',
    inStatement('prune_sessions', 'WHERE', 'WHERE false AND'),
    /sessions still has something/,
  ],
  [
    'sessions of the dead that stay active',
    inStatement('endSessions', 'WHERE', 'WHERE false AND'),
    /session .* is active, and its attempt .* is over/,
  ],
  [
    'attempts that stay open',
    inStatement('endAttempts', 'WHERE a.task_id', 'WHERE false AND a.task_id'),
    /with attempt \d+ under way/,
  ],
  [
    'an outage of the servers that is counted against the workers',
    inStatement('extendLeases', 'WHERE', 'WHERE false AND'),
    /was suspected \d+ ms after an outage/,
  ],
  [
    'a heartbeat that shortens a lease',
    inStatement('renewLeases', /max\(w\.lease_expires_at, (.*?)\)/, '$1'),
    /the lease of .* went back/,
  ],
  [
    'a heartbeat that revives a lease that is over',
    inStatement('renewLeases', 'AND w.lease_expires_at > ?2', ''),
    /was over, and was renewed/,
  ],
  [
    'work for workers whose lease is over',
    inStatement('lookAtWorkers', 'AND w.lease_expires_at > ?2', ''),
    /without a lease/,
  ],
  [
    'work that is taken from the one it was meant for',
    inStatement('lockDue', '(t.worker_id IS NULL OR t.worker_id = w.id)', 'true'),
    /was meant for/,
  ],
  [
    'work that begins before it is due',
    inStatement('lockDue', 't.not_before <= ?2', 'true'),
    /began before it was due/,
  ],
  [
    'changes without a word in the history',
    inStatement('insertEvents', 'SELECT c.type', "SELECT 'task.noted'"),
    /the history of .* leads to/,
  ],
  [
    'late reports that are thrown away',
    inStatement('keepReports', 'WHERE (SELECT', 'WHERE false AND (SELECT'),
    /acknowledged, and not there|it was answered before/,
  ],
  [
    'output that is thrown away',
    inStatement('insertOutput', 'FROM', 'FROM (SELECT 1 WHERE false), '),
    /acknowledged, and not there/,
  ],
  [
    'requests that are answered anew each time',
    inStatement('readRequested', 'a.request_id = c.request_id', 'false'),
    /again: it was answered before|UNIQUE/,
  ],
]

for (const [what, rewrite, found] of BUGS) {
  it(`finds ${what}`, async () => {
    expect(await findings(rewrite)).toMatch(found)
  }, 120_000)
}

it('finds writes of whoever says that he holds a task', async () => {
  vi.doMock('#lib/ledger/core/fence.ts', async (original) => ({ ...(await original<object>()), fence: () => null }))
  expect(await findings()).toMatch(/seed \d+/)
}, 120_000)

it('finds attempts whose number does not grow', async () => {
  const rewrite: Rewrite = (statement, text) =>
    statement.name === 'changeTasks' ? text.replace(/\battempt = c\.attempt,/, 'attempt = max(1, t.attempt),') : text
  expect(await findings(rewrite)).toMatch(/seed \d+/)
}, 120_000)

it('finds half of a death in the database', async () => {
  const halves: Damage = (engine) => ({
    ...engine,
    transact(now, plan, passed) {
      let broken: unknown
      function* upTo(transaction: Transaction): ReturnType<typeof plan> {
        const steps = plan(transaction)
        let step = steps.next()
        while (!step.done) {
          const rows = yield step.value
          if (broken !== undefined) return undefined as never
          step = steps.next(rows)
        }
        return step.value
      }
      const value = engine.transact(now, upTo, (point) => {
        try {
          passed(point)
        } catch (error) {
          broken = error
        }
      })
      if (broken !== undefined) throw broken
      return value
    },
  })
  expect(await findings(asWritten, halves)).toMatch(/seed \d+/)
}, 120_000)

it('finds commits that were answered and are not there', async () => {
  const forgetful: Damage = (engine) => {
    let count = 0
    return {
      ...engine,
      transact(now, plan, passed) {
        count += 1
        if (count % 50 > 0) return engine.transact(now, plan, passed)
        let answer: unknown
        class Forgotten extends Error {}
        try {
          return engine.transact(
            now,
            function* (...from) {
              answer = yield* plan(...from)
              throw new Forgotten()
            },
            passed,
          )
        } catch (error) {
          // The plan has answered; only its transaction is gone.
          if (error instanceof Forgotten) return answer as never
          throw error
        }
      },
    }
  }
  expect(await findings(asWritten, forgetful)).toMatch(/seed \d+/)
}, 120_000)
