/** Runs an act of a person or a token so that it stands in the audit log, whether it is done or refused. */

import { appendAudit, type NewAuditEntry } from '#lib/ledger/core/audit-append.ts'
import { orderOf, reasonOf, targetOf } from '#lib/ledger/core/audit-change.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'
import { log } from '#lib/log.ts'
import type { AuditWay } from '#lib/task/audit.ts'
import { type ErrorCode, isTaskError } from '#lib/task/errors.ts'
import { createRefusalLimit } from './refusal-limit.ts'

export interface Act {
  /** The name of the operation that carries it out. */
  readonly action: string
  readonly via: AuditWay
  readonly requestId: string
  /** What was asked for, as far as it is known when the act ends. */
  command?: unknown
  /** What it was about, where the command does not tell. */
  target?: NewAuditEntry['target']
  /** It turned out to be what a worker tells of its own work, which is in the history of the task. */
  isReport?: boolean
}

const recordEntry = operation<NewAuditEntry, null>(
  'recordAudit',
  // Each waits for the head anyway; together they share its lock and the commit.
  ({ requestId, action }) => `${requestId} ${action}`,
  function* (transaction, requests) {
    yield* appendAudit(
      transaction,
      requests.map(({ command }) => command),
    )
    return requests.map(() => done(null))
  },
)

/** For an act that is no operation of the ledger, such as a sign-in. Throws when it cannot be written. */
export async function recordAudit(context: Pick<Context, 'db' | 'policy'>, entry: NewAuditEntry): Promise<void> {
  await recordEntry({ db: context.db, policy: context.policy, actor: entry.actor }, entry)
}

/** Failures that say nothing of the act: the ledger's own, and those of somebody whom it does not know. */
const UNTOLD = new Set<ErrorCode>(['unavailable', 'internal', 'unauthenticated', 'rate_limited', 'payload_too_large'])
const refusals = createRefusalLimit()

/**
 * An operation of the act's name enters it in its own transaction. What has none of that name, and what was refused
 * before it came to one, is entered here, right after.
 */
export async function audited<Value>(
  context: Context,
  act: Act,
  perform: (context: Context) => Promise<Value>,
): Promise<Value> {
  const audit = { action: act.action, via: act.via, requestId: act.requestId, entered: false }
  const told = () => ({
    ...audit,
    actor: context.actor,
    target: act.target ?? targetOf(act.action, act.command),
    reason: reasonOf(act.command),
  })
  let value: Value
  try {
    value = await perform({ ...context, audit })
  } catch (error) {
    if (!audit.entered && !act.isReport && isTaskError(error) && !UNTOLD.has(error.code)) {
      await recordRefusal(context, { ...told(), result: error.code, detail: error.message })
    }
    throw error
  }
  if (!audit.entered && !act.isReport) await recordAudit(context, { ...told(), change: orderOf(act.command) })
  return value
}

/** A refusal is told to its caller whether or not it can be written down. */
export async function recordRefusal(context: Context, entry: NewAuditEntry): Promise<void> {
  const leftOut = refusals.admit(`${entry.actor.kind} ${entry.actor.tokenId ?? entry.actor.name}`, Date.now())
  if (leftOut === null) return
  const more = leftOut === 0 ? '' : ` (${leftOut} more refusals of the same actor before it were left out)`
  await recordAudit(context, { ...entry, detail: `${entry.detail ?? ''}${more}` }).catch((error: unknown) => {
    log.error('a refusal could not be entered in the audit log', { err: error })
  })
}
