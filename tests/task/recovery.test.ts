import { describe, expect, it } from 'vitest'
import {
  backoffMs,
  createPolicy,
  decideRecovery,
  type RecoveryFacts,
  type RecoveryStrategy,
  type Verdict,
} from '#lib/task/recovery.ts'

const POLICY = createPolicy('fail-and-reassign', 10_000)

function facts(changes: Partial<RecoveryFacts> = {}): RecoveryFacts {
  return {
    taskId: 'task-1',
    attempt: 1,
    ended: 'failed',
    cause: 'reported',
    retriesUsed: 0,
    retriesMax: 1,
    interruptions: 0,
    interruptionsMax: 3,
    firstDelayMs: 10_000,
    ...changes,
  }
}

function interrupted(interruptions: number, changes: Partial<RecoveryFacts> = {}): RecoveryFacts {
  return facts({ ended: 'interrupted', cause: 'proven', interruptions, ...changes })
}

describe('fail-and-reassign', () => {
  it('reassigns the first failure in exactly the first delay', () => {
    const verdict = decideRecovery(POLICY, null, facts())
    expect(verdict).toEqual({ action: 'reassign', afterMs: 10_000, reason: 'its attempt failed (retry 1 of 1)' })
  })

  it.each([
    { retriesUsed: 0, retriesMax: 0, action: 'fail' },
    { retriesUsed: 0, retriesMax: 1, action: 'reassign' },
    { retriesUsed: 1, retriesMax: 1, action: 'fail' },
    { retriesUsed: 1, retriesMax: 2, action: 'reassign' },
    { retriesUsed: 2, retriesMax: 2, action: 'fail' },
  ])('comes to $action with $retriesUsed of $retriesMax retries used', ({ action, ...used }) => {
    expect(decideRecovery(POLICY, null, facts(used)).action).toBe(action)
  })

  it.each([
    { interruptions: 1, action: 'reassign' },
    { interruptions: 3, action: 'reassign' },
    { interruptions: 4, action: 'quarantine' },
  ])('comes to $action at interruption $interruptions of 3', ({ interruptions, action }) => {
    expect(decideRecovery(POLICY, null, interrupted(interruptions)).action).toBe(action)
  })

  it('charges an interruption to no retry, and a failure to no interruption', () => {
    expect(decideRecovery(POLICY, null, interrupted(1, { retriesUsed: 1 })).action).toBe('reassign')
    expect(decideRecovery(POLICY, null, facts({ interruptions: 4 })).action).toBe('reassign')
  })

  it('quarantines the first interruption of a task that allows none', () => {
    expect(decideRecovery(POLICY, null, interrupted(1, { interruptionsMax: 0 })).action).toBe('quarantine')
  })

  it.each([
    ['proven', 'its worker process is gone (interruption 1 of 3)'],
    ['suspected', 'its worker stopped answering (interruption 1 of 3)'],
    ['declared', 'its worker was declared dead (interruption 1 of 3)'],
    ['replaced', 'its worker was replaced (interruption 1 of 3)'],
    ['shutdown', 'its worker said goodbye (a planned stop costs nothing)'],
    ['reported', 'its worker gave it up (interruption 1 of 3)'],
    ['unheard of', 'its worker is gone (interruption 1 of 3)'],
  ])('says why after the cause %s', (cause, reason) => {
    expect(decideRecovery(POLICY, null, interrupted(1, { cause })).reason).toBe(reason)
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
    expect(() => createPolicy('hope', 10_000)).toThrow(
      'ROLLCALL_STRATEGY names the unknown strategy "hope": use one of fail-and-reassign, hold-for-operator',
    )
  })

  it('holds for an operator what is told to be held', () => {
    expect(decideRecovery(POLICY, 'hold-for-operator', facts()).action).toBe('hold')
    expect(decideRecovery(createPolicy('hold-for-operator', 1), null, interrupted(1)).action).toBe('hold')
  })

  it('takes a strategy of the user’s own, whose task comes before the configured one', () => {
    const policy = createPolicy('fail-and-reassign', 10_000, [always({ action: 'fail', reason: 'no use' })])
    expect(policy.knows('mine')).toBe(true)
    expect(decideRecovery(policy, 'mine', facts())).toEqual({ action: 'fail', reason: 'no use' })
    expect(decideRecovery(policy, null, facts()).action).toBe('reassign')
  })

  it('falls back to the configured one when the task’s own is gone', () => {
    expect(decideRecovery(POLICY, 'removed-since', facts()).action).toBe('reassign')
  })

  it('asks no strategy once a budget is used up', () => {
    const policy = createPolicy('mine', 1, [always({ action: 'hold', reason: 'never asked' })])
    expect(decideRecovery(policy, null, facts({ retriesUsed: 1 })).action).toBe('fail')
    expect(decideRecovery(policy, null, interrupted(4)).action).toBe('quarantine')
  })

  it('holds the task when its strategy throws, and says what was thrown', () => {
    const broken: RecoveryStrategy = {
      name: 'broken',
      decide: () => {
        throw new Error('no such model')
      },
    }
    const verdict = decideRecovery(createPolicy('broken', 1, [broken]), null, facts())
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
    [{ action: 'hold' }],
  ])('holds the task when its strategy answers %j', (answer) => {
    const verdict = decideRecovery(createPolicy('mine', 1, [always(answer)]), null, facts())
    expect(verdict).toEqual({ action: 'hold', reason: 'the strategy mine gave no verdict that can be carried out' })
  })
})
