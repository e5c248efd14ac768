/** Where things stand in the chart of attempts: rows of workers, lanes of a row, threads of reassignments. Pure. */

import { type BarLook, barLookOf } from '#components/look/activity-look.ts'
import type { Activity, ActivityAttempt, ActivityWorker } from '#lib/task/activity.ts'

export const ROW = 40
export const LANES = 4
export const BAR = 8
export const PITCH = 9
export const ABOVE = 3
/** The axis and the names of incidents, above the rows. */
export const HEAD = 44

export interface Bar {
  readonly attempt: ActivityAttempt
  readonly look: BarLook
  readonly row: number
  readonly lane: number
  readonly fromMs: number
  /** Where it is known to have been alive last; null while it goes on. */
  readonly toMs: number | null
  /** Until when nobody knew what had become of it. */
  readonly tailMs: number | null
  /** When its report came too late and was refused. */
  readonly refusedMs: number | null
}

export interface WorkerRow {
  readonly worker: ActivityWorker
  readonly bars: readonly Bar[]
  /** The same by lane: within one they stand in order and none overlaps another. */
  readonly lanes: readonly (readonly Bar[])[]
  /** Those with a mark that may stand far behind their end. */
  readonly refused: readonly Bar[]
  /** Attempts for which the lanes did not suffice. */
  readonly hidden: number
  readonly deadMs: number | null
  readonly hit: boolean
}

export interface Thread {
  readonly from: Bar
  readonly to: Bar
}

export interface Layout {
  readonly rows: readonly WorkerRow[]
  readonly threads: readonly Thread[]
}

export function layOut({ workers, attempts, marks }: Activity): Layout {
  const byWorker = new Map<string, ActivityAttempt[]>()
  for (const attempt of attempts) {
    const of = byWorker.get(attempt.workerId)
    if (of) of.push(attempt)
    else byWorker.set(attempt.workerId, [attempt])
  }
  const hit = new Set(marks.filter(({ open }) => open).flatMap(({ workerIds }) => workerIds))
  const rows = workers.map((worker, row) => {
    const { bars, hidden } = stack(byWorker.get(worker.id) ?? [], row)
    const deadMs = worker.state === 'dead' && worker.endedAt !== null ? Date.parse(worker.endedAt) : null
    const lanes = Array.from({ length: LANES }, (_, lane) => bars.filter((bar) => bar.lane === lane))
    const refused = bars.filter((bar) => bar.refusedMs !== null)
    return { worker, bars, lanes, refused, hidden, deadMs, hit: hit.has(worker.id) }
  })
  return { rows, threads: threadsOf(rows) }
}

/** Each attempt takes the first lane that is free when it begins. */
function stack(attempts: readonly ActivityAttempt[], row: number): { bars: Bar[]; hidden: number } {
  const freeAt: number[] = []
  const bars: Bar[] = []
  for (const attempt of attempts.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))) {
    const fromMs = Date.parse(attempt.startedAt)
    const endMs = attempt.endedAt === null ? null : Date.parse(attempt.endedAt)
    const found = freeAt.findIndex((until) => until <= fromMs)
    const lane = found === -1 ? freeAt.length : found
    if (lane >= LANES) continue
    freeAt[lane] = endMs ?? Number.POSITIVE_INFINITY
    const beatMs = attempt.status === 'interrupted' ? Date.parse(attempt.lastHeartbeatAt ?? '') : Number.NaN
    const known = endMs !== null && beatMs > fromMs && beatMs < endMs
    const toMs = known ? beatMs : endMs
    const refusedMs = attempt.refusedAt === null ? null : Date.parse(attempt.refusedAt)
    bars.push({ attempt, look: barLookOf(attempt), row, lane, fromMs, toMs, tailMs: known ? endMs : null, refusedMs })
  }
  return { bars, hidden: attempts.length - bars.length }
}

/** From the death of an attempt to the beginning of the next one of its task. */
function threadsOf(rows: readonly WorkerRow[]): Thread[] {
  const bars = rows.flatMap((row) => row.bars)
  const begun = new Map(bars.map((bar) => [`${bar.attempt.taskId}/${bar.attempt.attempt}`, bar]))
  return bars.flatMap((from) => {
    if (from.attempt.status !== 'interrupted') return []
    const to = begun.get(`${from.attempt.taskId}/${from.attempt.attempt + 1}`)
    return to ? [{ from, to }] : []
  })
}

export interface View {
  readonly fromMs: number
  readonly toMs: number
  readonly width: number
}

export function xOf({ fromMs, toMs, width }: View, atMs: number): number {
  return ((atMs - fromMs) / (toMs - fromMs)) * width
}

export function timeAt({ fromMs, toMs, width }: View, x: number): number {
  return fromMs + (x / width) * (toMs - fromMs)
}

/** The top of a bar, from the top of the first row. */
export function yOf(bar: Bar): number {
  return bar.row * ROW + ABOVE + bar.lane * PITCH
}

const MINUTE = 60_000
const STEPS = [1, 2, 5, 10, 30, 60, 120, 240, 720, 1440].map((minutes) => minutes * MINUTE)
const LABEL_SPACE = 90

/** The grid's lines: whole minutes or hours, far enough apart to be read. */
export function gridOf(view: View): number[] {
  const span = view.toMs - view.fromMs
  const step = STEPS.find((ms) => (ms / span) * view.width >= LABEL_SPACE) ?? STEPS.at(-1) ?? span
  const lines: number[] = []
  for (let at = Math.ceil(view.fromMs / step) * step; at <= view.toMs; at += step) lines.push(at)
  return lines
}

/** The bars of a lane that a view shows: found by halving, so that what is out of view costs nothing. */
export function inView(lane: readonly Bar[], { fromMs, toMs }: View): readonly Bar[] {
  const first = firstWhere(lane, (bar) => (bar.tailMs ?? bar.toMs ?? Number.POSITIVE_INFINITY) >= fromMs)
  const last = firstWhere(lane, (bar) => bar.fromMs > toMs)
  return lane.slice(first, last)
}

/** The place of the first that holds, in a lane in which all behind it hold as well. */
function firstWhere(lane: readonly Bar[], holds: (bar: Bar) => boolean): number {
  let [low, high] = [0, lane.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const bar = lane[middle]
    if (bar && holds(bar)) high = middle
    else low = middle + 1
  }
  return low
}

/** The bar under a point, in coordinates of the rows; bars are narrow, so a pixel beside them counts as well. */
export function barAt({ rows }: Layout, view: View, nowMs: number, x: number, y: number): Bar | null {
  const row = rows[Math.floor(y / ROW)]
  const at = row?.bars.findLast((bar) => {
    const top = yOf(bar)
    const right = Math.max(
      xOf(view, bar.tailMs ?? bar.toMs ?? nowMs),
      bar.refusedMs === null ? 0 : xOf(view, bar.refusedMs) + 4,
    )
    return y >= top - 1 && y <= top + PITCH && x >= xOf(view, bar.fromMs) - 1 && x <= right + 1
  })
  return at ?? null
}
