/**
 * What becomes of a task whose attempt was interrupted or failed. Pure: a strategy sees facts and returns a verdict;
 * the ledger stores it with the task in the same transaction and carries it out when it is due.
 */
import { TaskError } from './errors.ts'

export type Verdict =
  | { readonly action: 'reassign'; readonly afterMs: number; readonly reason: string }
  | { readonly action: 'hold'; readonly reason: string }
  | { readonly action: 'fail'; readonly reason: string }
  | { readonly action: 'quarantine'; readonly reason: string }

/** The task as the strategy may see it; the counts include what has just happened. */
export interface RecoveryFacts {
  readonly taskId: string
  readonly attempt: number
  readonly ended: 'interrupted' | 'failed'
  readonly cause: string
  readonly retriesUsed: number
  readonly retriesMax: number
  readonly interruptions: number
  readonly interruptionsMax: number
  readonly firstDelayMs: number
}

export interface RecoveryStrategy {
  readonly name: string
  decide(facts: RecoveryFacts): Verdict
}

export interface RecoveryPolicy {
  readonly firstDelayMs: number
  knows(name: string): boolean
  /** The strategy of a task: its own, or the configured one. */
  strategyFor(name: string | null): RecoveryStrategy
}

export const DELAY_MS_MAX = 600_000

/**
 * Doubles with each try from the first delay, up to ten minutes. The first is exact, so that an operator can count on
 * it; later ones spread by up to half, by the task's id, so that tasks that died together do not return together.
 */
export function backoffMs(firstDelayMs: number, tries: number, taskId: string): number {
  const delay = Math.min(firstDelayMs * 2 ** Math.max(0, tries - 1), DELAY_MS_MAX)
  return tries <= 1 ? delay : Math.round(delay * (1 + spread(taskId) / 2))
}

/** A number from 0 up to 1 that is always the same for one id (FNV-1a). */
function spread(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash >>> 0) / 2 ** 32
}

export const failAndReassign: RecoveryStrategy = {
  name: 'fail-and-reassign',
  decide(facts) {
    const { ended, retriesUsed, retriesMax, interruptions, interruptionsMax, firstDelayMs, taskId } = facts
    if (ended === 'failed') {
      const retry = retriesUsed + 1
      const afterMs = backoffMs(firstDelayMs, retry, taskId)
      return { action: 'reassign', afterMs, reason: `its attempt failed (retry ${retry} of ${retriesMax})` }
    }
    const afterMs = backoffMs(firstDelayMs, interruptions, taskId)
    const reason = `its worker ${CAUSES[facts.cause] ?? 'is gone'} (${interruptionBudget(facts.cause, interruptions, interruptionsMax)})`
    return { action: 'reassign', afterMs, reason }
  },
}

export const holdForOperator: RecoveryStrategy = {
  name: 'hold-for-operator',
  decide: (facts) => ({
    action: 'hold',
    reason: `its attempt ${facts.ended === 'failed' ? 'failed' : 'was interrupted'} and its strategy leaves the rest to a person`,
  }),
}

/** A planned stop costs a task nothing, so it is no interruption to count for people either. */
export function interruptionBudget(cause: string, interruptions: number, interruptionsMax: number): string {
  return cause === 'shutdown' ? 'a planned stop costs nothing' : `interruption ${interruptions} of ${interruptionsMax}`
}

const CAUSES: Record<string, string> = {
  proven: 'process is gone',
  suspected: 'stopped answering',
  declared: 'was declared dead',
  replaced: 'was replaced',
  shutdown: 'said goodbye',
  reported: 'gave it up',
}

const BUILT_IN = [failAndReassign, holdForOperator]

/** Refuses an unknown name when the program boots, not when a task needs rescue. */
export function createPolicy(
  strategyName: string,
  firstDelayMs: number,
  more: readonly RecoveryStrategy[] = [],
): RecoveryPolicy {
  const registry = new Map([...BUILT_IN, ...more].map((strategy) => [strategy.name, strategy]))
  const standard = registry.get(strategyName)
  if (!standard) {
    const known = [...registry.keys()].join(', ')
    throw new TaskError(
      'validation',
      `ROLLCALL_STRATEGY names the unknown strategy "${strategyName}": use one of ${known}`,
    )
  }
  return {
    firstDelayMs,
    knows: (name) => registry.has(name),
    strategyFor: (name) => (name === null ? standard : (registry.get(name) ?? standard)),
  }
}

/**
 * Budgets come first, whatever the strategy: one that is used up ends the task. A strategy that throws, or answers what
 * nobody can carry out, never hides what happened: the task is held, and the reason names the strategy.
 */
export function decideRecovery(policy: RecoveryPolicy, name: string | null, facts: RecoveryFacts): Verdict {
  const { ended, interruptions, interruptionsMax, retriesUsed, retriesMax } = facts
  if (ended === 'failed' && retriesUsed >= retriesMax) return { action: 'fail', reason: 'no retry is left' }
  if (ended === 'interrupted' && interruptions > interruptionsMax) {
    const reason = `interruption ${interruptions} is past the limit of ${interruptionsMax}: it may be what kills its workers`
    return { action: 'quarantine', reason }
  }
  const strategy = policy.strategyFor(name)
  try {
    const verdict = strategy.decide(facts)
    if (isVerdict(verdict)) return verdict
    return { action: 'hold', reason: `the strategy ${strategy.name} gave no verdict that can be carried out` }
  } catch (error) {
    const met = error instanceof Error ? error.message : String(error)
    return { action: 'hold', reason: `the strategy ${strategy.name} failed: ${met}` }
  }
}

/** A strategy may come from a module that no compiler has checked against ours. */
function isVerdict(verdict: Verdict | null | undefined): verdict is Verdict {
  if (typeof verdict?.reason !== 'string') return false
  if (verdict.action === 'reassign') return Number.isFinite(verdict.afterMs) && verdict.afterMs >= 0
  return ['hold', 'fail', 'quarantine'].includes(verdict.action)
}
