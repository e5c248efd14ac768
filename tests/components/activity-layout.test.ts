/** Where things stand in the chart of attempts, and where its cursor goes. */
import { describe, expect, it } from 'vitest'
import { barAt, gridOf, inView, LANES, layOut, ROW, timeAt, xOf, yOf } from '#components/activity/activity-layout.ts'
import { stepBar } from '#components/activity/activity-step.ts'
import type { Activity, ActivityAttempt, ActivityWorker } from '#lib/task/activity.ts'

const START = Date.parse('2026-11-21T08:00:00.000Z')
const MINUTE = 60_000
const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString()

const worker = (id: string): ActivityWorker => ({
  ...{ id, name: id, host: 'h', state: 'alive', deathKind: null, slots: 4, leaseMs: 30_000, endedAt: null },
  ...{ registeredAt: at(0), lastHeartbeatAt: at(60), leaseExpiresAt: at(61) },
})
const attempt = (
  taskId: string,
  from: number,
  to: number | null,
  changes: Partial<ActivityAttempt> = {},
): ActivityAttempt => ({
  ...{ taskId, attempt: 1, workerId: 'a', title: taskId, status: 'success', taskStatus: 'success', sealed: true },
  ...{
    current: true,
    startedAt: at(from),
    endedAt: to === null ? null : at(to),
    lastHeartbeatAt: null,
    refusedAt: null,
    silentSince: null,
  },
  ...changes,
})
const activity = (attempts: ActivityAttempt[]): Activity => ({
  ...{ since: at(0), until: at(60), attempts, workers: [worker('a'), worker('b')], marks: [], truncated: false },
})
const view = { fromMs: START, toMs: START + 60 * MINUTE, width: 600 }

describe('the rows', () => {
  it('stack attempts that overlap, and give a lane on as soon as it is free', () => {
    const { rows } = layOut(activity([attempt('1', 0, 10), attempt('2', 5, 20), attempt('3', 10, 15)]))
    expect(rows[0]?.bars.map(({ attempt: { taskId }, lane }) => [taskId, lane])).toEqual([
      ['1', 0],
      ['2', 1],
      ['3', 0],
    ])
  })

  it('give of each lane what a view shows, with what began before it and what goes on behind it', () => {
    const spans = [
      ['1', 0, 10],
      ['2', 10, 20],
      ['3', 20, 30],
      ['4', 40, null],
    ] as const
    const { rows } = layOut(activity(spans.map(([id, from, to]) => attempt(id, from, to))))
    const lane = rows[0]?.lanes[0] ?? []
    const shown = (from: number, to: number) =>
      inView(lane, { fromMs: START + from * MINUTE, toMs: START + to * MINUTE, width: 600 }).map(
        (bar) => bar.attempt.taskId,
      )
    expect(shown(15, 25)).toEqual(['2', '3'])
    expect(shown(31, 39)).toEqual([])
    expect(shown(31, 50)).toEqual(['4'])
    expect(shown(50, 60)).toEqual(['4'])
    expect(shown(-10, 90)).toEqual(['1', '2', '3', '4'])
  })

  it('say how many have no lane', () => {
    const all = Array.from({ length: LANES + 3 }, (_, index) => attempt(String(index), index, null))
    expect(layOut(activity(all)).rows[0]).toMatchObject({ hidden: 3 })
  })

  it('end a bar at the last heartbeat, and know nothing from there on', () => {
    const death = { status: 'interrupted' as const, lastHeartbeatAt: at(8) }
    const [bar] = layOut(activity([attempt('1', 0, 10, death)])).rows[0]?.bars ?? []
    expect(bar).toMatchObject({ toMs: START + 8 * MINUTE, tailMs: START + 10 * MINUTE, look: { word: 'Interrupted' } })
  })

  it('thread an interrupted attempt to the next one of its task', () => {
    const death = attempt('1', 0, 10, { status: 'interrupted', current: false })
    const next = attempt('1', 12, null, { attempt: 2, workerId: 'b', status: 'running' })
    const { threads } = layOut(activity([death, next, attempt('2', 0, 5)]))
    expect(threads.map(({ from, to }) => [from.row, to.row])).toEqual([[0, 1]])
  })
})

describe('the pointer and the cursor', () => {
  const layout = layOut(
    activity([attempt('1', 10, 20), attempt('2', 30, null), attempt('3', 12, 50, { workerId: 'b' })]),
  )

  it('find the bar under a point, and nothing beside it', () => {
    const [bar] = layout.rows[0]?.bars ?? []
    const y = bar ? yOf(bar) + 4 : 0
    expect(barAt(layout, view, START + 60 * MINUTE, xOf(view, START + 15 * MINUTE), y)?.attempt.taskId).toBe('1')
    expect(barAt(layout, view, START + 60 * MINUTE, xOf(view, START + 25 * MINUTE), y)).toBeNull()
    expect(barAt(layout, view, START + 60 * MINUTE, xOf(view, START + 45 * MINUTE), ROW + y)?.attempt.taskId).toBe('3')
  })

  it('walk from bar to bar, and to the bar of another row that began nearest', () => {
    const walk = (from: Parameters<typeof stepBar>[1], row: number, bar: number) => stepBar(layout, from, row, bar)
    const first = walk(null, 0, 1)
    expect(first?.attempt.taskId).toBe('2')
    const before = walk(first, 0, -1)
    expect(before?.attempt.taskId).toBe('1')
    expect(walk(before, 0, -1)?.attempt.taskId).toBe('1')
    expect(walk(before, 1, 0)?.attempt.taskId).toBe('3')
    expect(walk(walk(before, 1, 0), 1, 0)?.attempt.taskId).toBe('3')
  })

  it('agree with the axis', () => {
    expect(timeAt(view, xOf(view, START + 7 * MINUTE))).toBe(START + 7 * MINUTE)
    expect(gridOf(view).map((ms) => (ms - START) / MINUTE)).toEqual([0, 10, 20, 30, 40, 50, 60])
    expect(gridOf({ ...view, toMs: START + 24 * 60 * MINUTE }).length).toBeLessThan(8)
  })
})
