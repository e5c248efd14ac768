import { describe, expect, it } from 'vitest'
import { createPolicy, decideRecovery, type RecoveryPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import { backoffMs } from '#lib/task/strategies.ts'
import type { AttemptFacts, RecoveryFacts, RecoveryStrategy, TaskFacts, Verdict } from '#lib/task/strategy.ts'

const POLICY = createPolicy(settingsOf())

const TASK: TaskFacts = {
  id: 'task-1',
  title: 'Fix login',
  repo: null,
  issueNumber: null,
  agent: null,
  agentType: null,
  labels: {},
  requires: [],
  sideEffects: false,
  retriesUsed: 0,
  retriesMax: 1,
  interruptions: 0,
  interruptionsMax: 3,
  blamePpm: 0,
  resumesUsed: 0,
}
const FAILED: AttemptFacts = {
  attempt: 1,
  workerId: 'worker-1',
  ended: 'failed',
  cause: 'reported',
  errorClass: null,
  errorMessage: null,
}
const FACTS: RecoveryFacts = {
  firstDelayMs: 10_000,
  resumesMax: 2,
  checkpoint: null,
  session: null,
  compensations: [],
  charged: false,
  convicted: false,
}

interface Case {
  readonly task?: Partial<TaskFacts>
  readonly attempt?: Partial<AttemptFacts>
  readonly facts?: Partial<RecoveryFacts>
}

function decide({ task, attempt, facts }: Case = {}, policy: RecoveryPolicy = POLICY, name: string | null = null) {
  const end = { task: { ...TASK, ...task }, attempt: { ...FAILED, ...attempt }, facts: { ...FACTS, ...facts } }
  return decideRecovery(policy, name, end, 0)
}

/** An interruption that counts whole, for the n-th time. */
function interrupted(interruptions: number, { task, attempt, facts }: Case = {}): Case {
  return {
    task: { interruptions, blamePpm: interruptions * 1_000_000, ...task },
    attempt: { ended: 'interrupted', cause: 'proven', ...attempt },
    facts: { charged: true, ...facts },
  }
}

describe('fail-and-reassign', () => {
  it('reassigns the first failure in exactly the first delay', () => {
    const reason = 'its attempt failed (retry 1 of 1)'
    expect(decide()).toEqual({ action: 'reassign', afterMs: 10_000, exclude: 'worker-1', reason })
  })

  it.each([
    { retriesUsed: 0, retriesMax: 0, action: 'fail' },
    { retriesUsed: 0, retriesMax: 1, action: 'reassign' },
    { retriesUsed: 1, retriesMax: 1, action: 'fail' },
    { retriesUsed: 1, retriesMax: 2, action: 'reassign' },
    { retriesUsed: 2, retriesMax: 2, action: 'fail' },
  ])('comes to $action with $retriesUsed of $retriesMax retries used', ({ action, ...used }) => {
    expect(decide({ task: used }).action).toBe(action)
  })

  it.each([
    { interruptions: 1, action: 'reassign' },
    { interruptions: 3, action: 'reassign' },
    { interruptions: 4, action: 'quarantine' },
  ])('comes to $action at interruption $interruptions of 3', ({ interruptions, action }) => {
    expect(decide(interrupted(interruptions)).action).toBe(action)
  })

  it('charges an interruption to no retry, and a failure to no interruption', () => {
    expect(decide(interrupted(1, { task: { retriesUsed: 1 } })).action).toBe('reassign')
    expect(decide({ task: { interruptions: 4, blamePpm: 4_000_000 } }).action).toBe('reassign')
  })

  it('quarantines the first interruption of a task that allows none', () => {
    expect(decide(interrupted(1, { task: { interruptionsMax: 0 } })).action).toBe('quarantine')
  })

  it.each([
    ['proven', 'its worker process is gone (interruption 1 of 3)'],
    ['suspected', 'its worker stopped answering (interruption 1 of 3)'],
    ['declared', 'its worker was declared dead (interruption 1 of 3)'],
    ['replaced', 'its worker was replaced (interruption 1 of 3)'],
    ['shutdown', 'its worker said goodbye (a planned stop costs nothing)'],
    ['reported', 'its worker gave it up (interruption 1 of 3)'],
    ['dropped', 'its worker no longer lists it (interruption 1 of 3)'],
    ['silent', 'its worker showed no progress (interruption 1 of 3)'],
    ['unheard of', 'its worker is gone (interruption 1 of 3)'],
  ])('says why after the cause %s', (cause, reason) => {
    expect(decide(interrupted(1, { attempt: { cause }, facts: { charged: cause !== 'shutdown' } })).reason).toBe(reason)
  })
})

describe('the backoff', () => {
  it('is exact at first, then doubles and spreads by up to half', () => {
    expect(backoffMs(10_000, 1, 'task-1')).toBe(10_000)
    for (const [tries, leastMs] of [
      [2, 20_000],
      [3, 40_000],
      [4, 80_000],
    ] as const) {
      const delayMs = backoffMs(10_000, tries, 'task-1')
      expect(delayMs).toBeGreaterThanOrEqual(leastMs)
      expect(delayMs).toBeLessThanOrEqual(leastMs * 1.5)
    }
  })

  it('stays within fifteen minutes however often it was tried', () => {
    expect(backoffMs(10_000, 1000, 'task-1')).toBeLessThanOrEqual(900_000)
    expect(backoffMs(10_000, 1000, 'task-1')).toBeGreaterThanOrEqual(600_000)
  })

  it('is the same for one task, and spreads tasks that died together', () => {
    const delays = Array.from({ length: 100 }, (_, index) => backoffMs(10_000, 2, `task-${index}`))
    expect(delays).toEqual(Array.from({ length: 100 }, (_, index) => backoffMs(10_000, 2, `task-${index}`)))
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(5_000)
  })
})

describe('the choice of a strategy', () => {
  const always = (verdict: unknown): RecoveryStrategy => ({ name: 'mine', decide: () => verdict as Verdict })

  it('refuses an unknown name when it is configured, and names the known ones', () => {
    expect(() => createPolicy(settingsOf({ strategy: 'hope', firstDelayMs: 10_000 }))).toThrow(
      'The setting strategy (ROLLCALL_STRATEGY) names the unknown strategy "hope": use one of fail-and-reassign, ',
    )
  })

  it('holds for an operator what is told to be held', () => {
    expect(decide({}, POLICY, 'hold-for-operator').action).toBe('hold')
    expect(
      decide(interrupted(1), createPolicy(settingsOf({ strategy: 'hold-for-operator', firstDelayMs: 1 }))).action,
    ).toBe('hold')
  })

  it('takes a strategy of the user’s own, whose task comes before the configured one', () => {
    const policy = createPolicy(settingsOf({ strategy: 'fail-and-reassign', firstDelayMs: 10_000 }), [
      always({ action: 'fail', reason: 'no use' }),
    ])
    expect(policy.knows('mine')).toBe(true)
    expect(decide({}, policy, 'mine')).toEqual({ action: 'fail', reason: 'no use' })
    expect(decide({}, policy).action).toBe('reassign')
  })

  it('falls back to the configured one when the task’s own is gone', () => {
    expect(decide({}, POLICY, 'removed-since').action).toBe('reassign')
  })

  it('asks no strategy once a budget is used up', () => {
    const policy = createPolicy(settingsOf({ strategy: 'mine', firstDelayMs: 1 }), [
      always({ action: 'hold', reason: 'never asked' }),
    ])
    expect(decide({ task: { retriesUsed: 1 } }, policy).action).toBe('fail')
    expect(decide(interrupted(4), policy).action).toBe('quarantine')
  })

  it('holds the task when its strategy throws, and says what was thrown', () => {
    const broken: RecoveryStrategy = {
      name: 'broken',
      decide: () => {
        throw new Error('no such model')
      },
    }
    const verdict = decide({}, createPolicy(settingsOf({ strategy: 'broken', firstDelayMs: 1 }), [broken]))
    expect(verdict).toEqual({ action: 'hold', reason: 'the strategy broken failed: no such model' })
  })

  it.each([
    [undefined],
    [null],
    ['reassign'],
    [{ action: 'resurrect', reason: 'why not' }],
    [{ action: 'reassign', afterMs: Number.NaN, reason: 'soon' }],
    [{ action: 'reassign', afterMs: -1, reason: 'yesterday' }],
    [{ action: 'reassign', afterMs: Number.POSITIVE_INFINITY, reason: 'never' }],
    [{ action: 'reassign', afterMs: 1e300, reason: 'when the stars are out' }],
    [{ action: 'resume', from: 'checkpoint', afterMs: 366 * 86_400_000, reason: 'next year' }],
    [{ action: 'hold' }],
  ])('holds the task when its strategy answers %j', (answer) => {
    const verdict = decide({}, createPolicy(settingsOf({ strategy: 'mine', firstDelayMs: 1 }), [always(answer)]))
    expect(verdict).toEqual({ action: 'hold', reason: 'the strategy mine gave no verdict that can be carried out' })
  })
})
