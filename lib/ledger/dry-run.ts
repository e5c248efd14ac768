/** What recovery would do, found out by doing it in a transaction that is rolled back: no second set of rules. */
import { v7 } from 'uuid'
import { run } from '#lib/db/statement.ts'
import type { RecoveryRun } from '#lib/task/schema.ts'
import { type Burial, buryWorkers } from './bury.ts'
import { carry } from './carry-out.ts'
import type { Context } from './context.ts'
import { type Interruption, interrupt } from './interrupt.ts'
import { lapse } from './lapse.ts'
import { operation } from './operation.ts'
import { BATCH, readOrphans, toOrphan } from './orphans.ts'
import { instant } from './rows.ts'
import { tickNow } from './tick.ts'

/** Leaves the transaction by the way of errors, which is what rolls it back. */
class RolledBack extends Error {
  readonly workersDead: number
  readonly interruptions: readonly Interruption[]
  readonly reassigned: number

  constructor(workersDead: number, interruptions: readonly Interruption[], reassigned: number) {
    super('a dry run changes nothing')
    this.workersDead = workersDead
    this.interruptions = interruptions
    this.reassigned = reassigned
  }
}

interface Rehearsal {
  readonly dead: readonly Burial[]
  readonly sweepMs: number
}

const rehearse = operation<Rehearsal, never>(
  'dryRun',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { context, command } = request
    // After an outage of ours the leases are extended first, here as in a real pass; who is not late then is not buried.
    yield* tickNow(transaction, { context, command: { sweepMs: command.sweepMs } })
    const buried = yield* buryWorkers(transaction, command.dead)
    const orphans = yield* run(readOrphans, [{ max: BATCH }])
    const results = yield* interrupt(
      transaction,
      orphans.map((row) => ({ context, command: toOrphan(row) })),
    )
    const [lapsed] = yield* lapse(transaction, [{ context, command: null }])
    const [carried] = yield* carry(transaction, [{ context, command: null }])
    throw new RolledBack(
      buried.length,
      [...results.flatMap((result) => (result.ok ? [result.value] : [])), ...(lapsed?.ok ? lapsed.value : [])],
      carried?.ok ? carried.value : 0,
    )
  },
)

export async function dryRun(
  context: Context,
  trigger: RecoveryRun['trigger'],
  startedAt: number,
  rehearsal: Rehearsal,
): Promise<RecoveryRun> {
  const outcome: unknown = await rehearse(context, rehearsal).catch((error: unknown) => error)
  if (!(outcome instanceof RolledBack)) throw outcome
  const quarantined = outcome.interruptions.filter(({ status }) => status === 'quarantined').length
  return {
    id: v7(),
    trigger,
    dryRun: true,
    startedAt: instant(startedAt),
    finishedAt: instant(await context.db.now()),
    workersDead: outcome.workersDead,
    interrupted: outcome.interruptions.length - quarantined,
    quarantined,
    reassigned: outcome.reassigned,
    suspects: 0,
    waiting: 0,
    errors: [],
    hints: outcome.interruptions.slice(0, 500).map(({ taskId, hint }) => ({ taskId, text: hint })),
  }
}
