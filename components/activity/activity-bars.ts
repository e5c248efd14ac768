/** Draws the bars of the chart of attempts, and what hangs on them. */
import type { Colours } from './activity-colours.ts'
import { BAR, type Bar, inView, type WorkerRow, xOf, yOf } from './activity-layout.ts'
import type { Pen, Picture } from './activity-picture.ts'

/** A bar narrower than this shows no pattern. */
const PATTERN_FROM = 4
const QUIET = new Set<Bar['look']['tone']>(['good', 'run', 'mute'])
const isQuiet = ({ look, refusedMs }: Bar) => QUIET.has(look.tone) && refusedMs === null

export function paintBars(pen: Pen, colours: Colours, picture: Picture, row: WorkerRow): void {
  for (const lane of row.lanes) paintLane(pen, colours, picture, inView(lane, picture.view))
  // Their lanes have left them out, for the bars themselves are out of view.
  for (const bar of row.refused) if (inView([bar], picture.view).length === 0) paintBar(pen, colours, picture, bar)
}

/**
 * Of bars that share a pixel one is drawn: of ten thousand in an hour the eye sees no more. One that somebody may have to
 * look at is always drawn.
 */
function paintLane(pen: Pen, colours: Colours, picture: Picture, bars: readonly Bar[]): void {
  let drawnTo = Number.NEGATIVE_INFINITY
  for (const bar of bars) {
    const right = xOf(picture.view, bar.toMs ?? picture.nowMs)
    if (right - drawnTo < 1 && isQuiet(bar) && bar !== picture.chosen) continue
    paintBar(pen, colours, picture, bar)
    drawnTo = right
  }
}

function paintBar(pen: Pen, colours: Colours, { view, nowMs, chosen }: Picture, bar: Bar): void {
  const left = Math.max(-2, xOf(view, bar.fromMs))
  const right = Math.min(view.width + 2, xOf(view, bar.toMs ?? nowMs))
  const last = bar.refusedMs === null ? right : Math.max(right, xOf(view, bar.refusedMs))
  if (last < 0 || left > view.width) return
  const top = yOf(bar)
  const width = Math.max(1.5, right - left)
  const { look } = bar
  const narrow = width < PATTERN_FROM
  pen.fillStyle = narrow ? colours.fill[look.tone] : (colours.pattern(pen, look.pattern, look.tone) ?? 'transparent')
  pen.fillRect(left, top, width, BAR)
  if (!narrow && look.pattern !== 'solid') {
    pen.strokeStyle = colours.fill[look.tone]
    pen.lineWidth = 1
    pen.strokeRect(left + 0.5, top + 0.5, width - 1, BAR - 1)
  }
  if (look.cap) {
    pen.fillStyle = colours.words[look.tone]
    pen.fillRect(right - 2, top, 2, BAR)
  }
  if (bar.attempt.attempt > 1) {
    pen.fillStyle = colours.plain.ink
    pen.fillRect(left, top, 2, BAR)
  }
  if (bar.tailMs !== null) paintTail(pen, colours, right, xOf(view, bar.tailMs), top + BAR / 2)
  if (bar.refusedMs !== null) paintShield(pen, colours, xOf(view, bar.refusedMs), top)
  if (bar === chosen) {
    pen.strokeStyle = colours.plain.focus
    pen.lineWidth = 2
    pen.strokeRect(left - 2, top - 2, width + 4, BAR + 4)
  }
}

/** A report that came too late stops at it. */
function paintShield(pen: Pen, { fill, plain }: Colours, x: number, top: number): void {
  pen.beginPath()
  pen.moveTo(x - 4, top - 1)
  pen.lineTo(x + 4, top - 1)
  pen.lineTo(x + 4, top + 4)
  pen.quadraticCurveTo(x + 3.5, top + 7.5, x, top + 9)
  pen.quadraticCurveTo(x - 3.5, top + 7.5, x - 4, top + 4)
  pen.closePath()
  pen.fillStyle = fill.bad
  pen.fill()
  pen.strokeStyle = plain.bg
  pen.lineWidth = 1
  pen.stroke()
}

/** Nobody knows what happened in it. */
function paintTail(pen: Pen, { fill }: Colours, from: number, to: number, y: number): void {
  pen.strokeStyle = fill.warn
  pen.lineWidth = 1
  pen.setLineDash([1.5, 2])
  pen.beginPath()
  pen.moveTo(from + 2, y)
  pen.lineTo(to, y)
  pen.stroke()
  pen.setLineDash([])
}
