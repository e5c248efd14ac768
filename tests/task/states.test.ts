import { describe, expect, it } from 'vitest'
import {
  allowedTargets,
  canTransition,
  isAlwaysSealed,
  isHeld,
  TASK_STATUSES,
  type TaskStatus,
} from '#lib/task/states.ts'

/** The state machine as the design draws it: a row a status, an x where the column may follow. */
const MATRIX = `
                  queued assigned running waiting interrupted failed success cancelled aborted_no_skill compensated quarantined
queued            .      x        x       .       .           x      .       x         x                .           .
assigned          x      .        x       x       x           x      .       x         x                .           .
running           .      .        .       x       x           x      x       x         x                .           x
waiting           .      x        x       .       x           x      .       x         .                .           .
interrupted       .      x        x       .       .           x      x       x         .                x           x
failed            .      x        x       .       .           .      .       x         .                x           x
success           .      .        .       .       .           .      .       .         .                .           .
cancelled         .      .        .       .       .           .      .       .         .                .           .
aborted_no_skill  .      .        .       .       .           .      .       .         .                .           .
compensated       .      .        .       .       .           .      .       .         .                .           .
quarantined       .      .        .       .       .           .      .       .         .                .           .`

const [header = '', ...lines] = MATRIX.trim().split('\n')
const columns = header.trim().split(/\s+/) as TaskStatus[]
const pairs = lines.flatMap((line) => {
  const [from = '', ...marks] = line.trim().split(/\s+/)
  return columns.map((to, index) => ({ from: from as TaskStatus, to, allowed: marks[index] === 'x' }))
})

describe('the state machine', () => {
  it('knows exactly the statuses of the design', () => {
    expect([...TASK_STATUSES].sort()).toEqual([...columns].sort())
    expect(new Set(pairs.map(({ from }) => from))).toEqual(new Set(TASK_STATUSES))
    expect(pairs).toHaveLength(121)
  })

  it.each(pairs)('$from → $to: $allowed', ({ from, to, allowed }) => {
    expect(canTransition(from, to)).toBe(allowed)
    expect(allowedTargets(from).includes(to)).toBe(allowed)
  })

  it.each(TASK_STATUSES)('knows no step from %s to itself', (status) => {
    expect(canTransition(status, status)).toBe(false)
  })

  it.each(TASK_STATUSES)('lets nothing follow a sealed %s', (status) => {
    expect(allowedTargets(status, true)).toEqual([])
    expect(TASK_STATUSES.filter((to) => canTransition(status, to, true))).toEqual([])
  })

  it.each(['failed', 'interrupted', 'waiting', 'queued', 'assigned'] as const)('can cancel what is %s', (status) => {
    expect(canTransition(status, 'cancelled')).toBe(true)
  })

  it('seals five statuses always, and failed only by a budget', () => {
    const sealed = ['success', 'cancelled', 'aborted_no_skill', 'compensated', 'quarantined']
    expect(TASK_STATUSES.filter(isAlwaysSealed).sort()).toEqual(sealed.sort())
  })

  it('has a worker hold what is running or waiting, and nothing else', () => {
    expect(TASK_STATUSES.filter(isHeld)).toEqual(['running', 'waiting'])
  })
})
