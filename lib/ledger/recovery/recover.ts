/**
 * Recovery: notice the dead, interrupt what they held, carry out what is due. At boot, every second, or by hand; any
 * number of instances may do it at once, since every step is a compare-and-set.
 */
import { v7 } from 'uuid'
import type { Row } from '#lib/db/types.ts'
import { pruneAudit } from '#lib/ledger/audit/prune.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'
import { instant } from '#lib/ledger/core/rows.ts'
import { settleIncidents } from '#lib/ledger/incident/acts.ts'
import type { RecoveryRun } from '#lib/task/schema.ts'
import { brakeTasks } from './brake.ts'
import type { Burial } from './bury.ts'
import { carryOut } from './carry-out.ts'
import { dryRun } from './dry-run.ts'
import type { Interruption } from './interrupt.ts'
import { interruptLapsed } from './lapse.ts'
import { findOrphans, interruptOrphans, settleEnded } from './orphans.ts'
import { endExpiredPauses } from './pause.ts'
import { pruneLedger } from './prune.ts'
import { recordRun } from './recovery-run.ts'
import { refundEnds } from './refund.ts'
import { routeTasks } from './route.ts'
import { type Buried, buryByWeather } from './storm.ts'
import { keepTime, tick } from './tick.ts'

/** A worker that may be on this host, as a probe needs it. */
export interface Probed {
  readonly id: string
  readonly pid: number
  readonly processStartedAt: string
  readonly heartbeatCount: number
}

/** Where this process runs, and how it looks whether another one here is gone. Without it nothing is ever proven. */
export interface Host {
  readonly bootId: string
  readonly pidNamespace: string
  isGone(pid: number, processStartedAt: string): boolean
}

export interface RecoverOptions {
  readonly trigger: RecoveryRun['trigger']
  readonly dryRun?: boolean
  readonly sweepMs: number
  readonly host?: Host | undefined
  /** Called with each hint once its death is committed. */
  readonly onHint?: (text: string) => void
  /** Tasks that earlier passes could not interrupt: they are tried again, and not told again. */
  readonly told?: Set<string>
  /** Where the look at waiting tasks goes on; a long queue is gone through over several passes. */
  readonly routing?: { after: string }
  /** True ends the pass after its first batch; the next sweep goes on. Boot serves in between. */
  readonly firstBatchOnly?: boolean
}

const HINTS_KEPT = 500
/** So many rows that nothing can be done about are a fault of the database; the next pass tries again. */
const STUCK_MAX = 20_000

export async function recover(context: Context, options: RecoverOptions): Promise<RecoveryRun> {
  const startedAt = await context.db.now()
  if (options.dryRun) {
    const dead = await findDead(context, options.host)
    return dryRun(context, options.trigger, startedAt, { dead, sweepMs: options.sweepMs })
  }
  await tick(context, { sweepMs: options.sweepMs, atBoot: options.trigger === 'boot' })
  const dead = await findDead(context, options.host)
  const { workerIds, waiting } = await bury(context, dead)
  const workersDead = workerIds.length
  const found = await interruptAll(context, options)
  const lapsed = await interruptLapsed(context, null)
  note(found, options, lapsed.interruptions)
  await refundEnds(context, null)
  await brakeTasks(context, null)
  await settleEnded(context, null)
  await endExpiredPauses(context, null)
  const { moved: reassigned, errors } = await carryOut(context, null)
  found.errors.push(...[...lapsed.errors, ...errors].slice(0, HINTS_KEPT - found.errors.length))
  await settleIncidents(context, null)
  const { next } = await routeTasks(context, { after: options.routing?.after ?? '' })
  if (options.routing) options.routing.after = next
  const { retentionMs, auditRetentionMs } = context.policy.settings
  if (auditRetentionMs !== null) await pruneAudit(context, { before: (await context.db.now()) - auditRetentionMs })
  if (retentionMs !== null) await pruneLedger(context, { before: (await context.db.now()) - retentionMs })
  const run: RecoveryRun = {
    id: v7(),
    trigger: options.trigger,
    dryRun: false,
    startedAt: instant(startedAt),
    finishedAt: instant(await context.db.now()),
    workersDead,
    waiting,
    reassigned,
    ...found,
  }
  const news = run.errors.filter(({ taskId }) => !options.told?.has(taskId))
  for (const { taskId } of news) options.told?.add(taskId)
  const empty = workersDead + run.interrupted + run.quarantined + reassigned + news.length === 0
  if (!empty || options.trigger !== 'sweep') await recordRun(context, run)
  return run
}

type Found = Pick<RecoveryRun, 'interrupted' | 'quarantined' | 'suspects' | 'errors' | 'hints'>

/** Interrupts what ended workers left, a batch a transaction. What cannot be interrupted is told once, and passed over. */
async function interruptAll(context: Context, options: RecoverOptions): Promise<Found> {
  const found: Found = { interrupted: 0, quarantined: 0, suspects: 0, errors: [], hints: [] }
  const stuck = new Set<string>()
  const batches = options.firstBatchOnly ? 1 : context.db.dialect.sideBySide
  for (;;) {
    const orphans = await findOrphans(context, undefined, stuck, batches)
    if (orphans.length === 0) return found
    const { interruptions, errors } = await interruptOrphans(context, orphans)
    await keepTime(context, null)
    note(found, options, interruptions)
    for (const error of errors) stuck.add(error.taskId)
    found.errors.push(...errors.slice(0, HINTS_KEPT - found.errors.length))
    // Where nothing came of a batch, another instance is at it.
    const idle = interruptions.length + errors.length === 0
    if (idle || options.firstBatchOnly || stuck.size >= STUCK_MAX) return found
  }
}

function note(found: Found, { onHint }: RecoverOptions, interruptions: readonly Interruption[]): void {
  for (const { taskId, hint, status, suspect } of interruptions) {
    if (status === 'quarantined') found.quarantined += 1
    else found.interrupted += 1
    if (suspect) found.suspects += 1
    if (found.hints.length < HINTS_KEPT) found.hints.push({ taskId, text: hint })
    onHint?.(hint)
  }
}

const ON_THIS_HOST = `SELECT id, pid, process_started_at, heartbeat_count FROM workers
  WHERE state IN ('alive','draining') AND boot_id = $1 AND pid_namespace = $2 AND process_started_at IS NOT NULL`
const LATE = `SELECT id FROM workers WHERE state IN ('alive','draining') AND lease_expires_at <= $1
  ORDER BY lease_expires_at LIMIT 1000`

/** Proven: its process is gone from this host. Suspected: its lease is over. Each is checked again by the write. */
async function findDead(context: Context, host: Host | undefined): Promise<Burial[]> {
  const here = host ? (await context.db.read(ON_THIS_HOST, [host.bootId, host.pidNamespace])).map(toProbed) : []
  const proven = here
    .filter(({ pid, processStartedAt }) => host?.isGone(pid, processStartedAt))
    .map(({ id, heartbeatCount }) => ({
      workerId: id,
      kind: 'proven' as const,
      actor: context.actor,
      reason: 'its process is gone',
      heartbeatCount,
    }))
  const known = new Set(proven.map(({ workerId }) => workerId))
  const late = await context.db.read(LATE, [await context.db.now()])
  const suspected = late
    .filter(({ id }) => !known.has(id as string))
    .map(({ id }) => ({
      workerId: id as string,
      kind: 'suspected' as const,
      actor: context.actor,
      reason: 'its lease ran out',
    }))
  return [...proven, ...suspected]
}

function toProbed(row: Row): Probed {
  return {
    id: row.id as string,
    pid: row.pid as number,
    processStartedAt: row.process_started_at as string,
    heartbeatCount: row.heartbeat_count as number,
  }
}

const buryAll = operation<readonly Burial[], Buried>(
  'buryWorkers',
  () => '',
  function* (transaction, [request]) {
    return request ? [done(yield* buryByWeather(transaction, request.context, request.command))] : []
  },
)

/** Where nobody is late there is nothing to do, unless a storm is waiting to be told over. */
async function bury(context: Context, burials: readonly Burial[]): Promise<Buried> {
  if (burials.length > 0) return buryAll(context, burials)
  const [storm] = await context.db.read('SELECT 1 FROM recovery_state WHERE storm_at IS NOT NULL')
  return storm ? buryAll(context, burials) : { workerIds: [], waiting: 0 }
}
