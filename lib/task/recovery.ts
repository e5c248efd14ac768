/** Which strategy a task has, and what its verdict is within the budgets. Pure: no clock, no randomness, no IO. */
import { TaskError } from './errors.ts'
import { DURATION_MS_MAX, type Settings, type StrategyRule } from './settings.ts'
import { BUILT_IN } from './strategies.ts'
import type { AttemptFacts, RecoveryFacts, RecoveryStrategy, TaskFacts, Verdict } from './strategy.ts'

export interface RecoveryPolicy {
  readonly settings: Settings
  knows(name: string): boolean
  /** The strategy of a task: its own, that of the first rule which fits it, or the configured one. */
  strategyFor(name: string | null, task: Pick<TaskFacts, 'agent' | 'labels'>): RecoveryStrategy
}

/** Refuses an unknown name when the program boots, not when a task needs rescue. */
export function createPolicy(settings: Settings, more: readonly RecoveryStrategy[] = []): RecoveryPolicy {
  const registry = new Map([...BUILT_IN, ...more].map((strategy) => [strategy.name, strategy]))
  const named = (name: string, where: string) => {
    const strategy = registry.get(name)
    if (strategy) return strategy
    const known = [...registry.keys()].join(', ')
    throw new TaskError('validation', `${where} names the unknown strategy "${name}": use one of ${known}`)
  }
  const standard = named(settings.strategy, 'The setting strategy (ROLLCALL_STRATEGY)')
  const rules = settings.strategies.map((rule, index) => ({
    rule,
    strategy: named(rule.strategy, `The setting strategies[${index}]`),
  }))
  return {
    settings,
    knows: (name) => registry.has(name),
    strategyFor(name, task) {
      const own = name === null ? undefined : registry.get(name)
      return own ?? rules.find(({ rule }) => fits(rule, task))?.strategy ?? standard
    },
  }
}

function fits({ agent, label }: StrategyRule, task: Pick<TaskFacts, 'agent' | 'labels'>): boolean {
  if (agent !== undefined && agent !== task.agent) return false
  if (label === undefined) return true
  const [key = '', ...value] = label.split('=')
  return value.length === 0 ? Object.hasOwn(task.labels, key) : task.labels[key] === value.join('=')
}

/** A whole interruption, in the millionths that blame is counted in. */
export const WHOLE_PPM = 1_000_000

/** What a strategy is asked about. */
export interface EndOfAttempt {
  readonly task: TaskFacts
  readonly attempt: AttemptFacts
  readonly facts: RecoveryFacts
}

/**
 * Budgets come first, whatever the strategy: one that is used up ends the task. A strategy that throws, or answers what
 * nobody can carry out, never hides what happened: the task is held, and the reason names the strategy.
 */
export function decideRecovery(policy: RecoveryPolicy, name: string | null, end: EndOfAttempt, now: number): Verdict {
  const { task, attempt, facts } = end
  const spent = budgetVerdict(task, attempt, facts)
  // Undoing is no further try, so a budget of tries that is used up does not forbid it.
  if (spent && (spent.action !== 'fail' || facts.compensations.length === 0)) return spent
  const verdict = ask(policy.strategyFor(name, task), end, now)
  return spent && verdict.action !== 'compensate' ? spent : verdict
}

function ask(strategy: RecoveryStrategy, { task, attempt, facts }: EndOfAttempt, now: number): Verdict {
  try {
    const verdict = strategy.decide(task, attempt, facts, now)
    if (isVerdict(verdict, facts)) return verdict
    return { action: 'hold', reason: `the strategy ${strategy.name} gave no verdict that can be carried out` }
  } catch (error) {
    const met = error instanceof Error ? error.message : String(error)
    return { action: 'hold', reason: `the strategy ${strategy.name} failed: ${met}` }
  }
}

function budgetVerdict(task: TaskFacts, { ended }: AttemptFacts, facts: RecoveryFacts): Verdict | null {
  if (ended === 'failed') {
    return task.retriesUsed >= task.retriesMax ? { action: 'fail', reason: 'no retry is left' } : null
  }
  if (facts.convicted) {
    return { action: 'quarantine', reason: 'it died alone on an idle worker, after it had died together with others' }
  }
  if (task.blamePpm <= task.interruptionsMax * WHOLE_PPM) return null
  const reason = `interruption ${task.interruptions} is past the limit of ${task.interruptionsMax}: it may be what kills its workers`
  return { action: 'quarantine', reason }
}

/** A strategy may come from a module that no compiler has checked against ours. */
function isVerdict(verdict: Verdict | null | undefined, facts: RecoveryFacts): verdict is Verdict {
  if (typeof verdict?.reason !== 'string') return false
  if (verdict.action === 'reassign') return isDelay(verdict.afterMs) && isWorker(verdict.exclude)
  if (verdict.action === 'resume') return isDelay(verdict.afterMs) && canResume(verdict.from, facts)
  return ['hold', 'fail', 'compensate', 'quarantine'].includes(verdict.action)
}

function isDelay(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 0 && ms <= DURATION_MS_MAX
}

function isWorker(id: string | null | undefined): boolean {
  return id === undefined || id === null || typeof id === 'string'
}

function canResume(from: 'checkpoint' | 'session', { checkpoint, session }: RecoveryFacts): boolean {
  return from === 'checkpoint' ? checkpoint !== null : from === 'session' && session?.resumable === true
}
