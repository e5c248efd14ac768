import { describe, expect, it } from 'vitest'
import { inInstants, instantOf } from '#lib/task/window.ts'

const NOW_MS = Date.parse('2026-05-11T14:02:00.000Z')

describe('a moment that a person writes', () => {
  it.each([
    ['90m', '2026-05-11T12:32:00.000Z'],
    ['2h', '2026-05-11T12:02:00.000Z'],
    ['7d', '2026-05-04T14:02:00.000Z'],
    ['2026-05-10', '2026-05-10T00:00:00.000Z'],
    ['2026-05-10T08:00:00+02:00', '2026-05-10T08:00:00+02:00'],
    ['14:02', '2026-05-11T14:02:00.000Z'],
    ['09:30:15', '2026-05-11T09:30:15.000Z'],
  ])('%s is %s', (value, instant) => {
    expect(instantOf(value, NOW_MS)).toBe(instant)
  })

  it('is yesterday’s when the clock has not said so yet today', () => {
    expect(instantOf('14:02:01', NOW_MS)).toBe('2026-05-10T14:02:01.000Z')
  })

  it('stands beside filters that are none, which stay as they are', () => {
    expect(inInstants({ at: '14:02', since: '1h', repo: '1h' }, NOW_MS)).toEqual({
      at: '2026-05-11T14:02:00.000Z',
      since: '2026-05-11T13:02:00.000Z',
      repo: '1h',
    })
  })
})
