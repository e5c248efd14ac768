import { formatClock } from '#components/look/format.ts'
import { paintBars } from './activity-bars.ts'
import type { Colours } from './activity-colours.ts'
import { BAR, gridOf, HEAD, ROW, type WorkerRow, xOf, yOf } from './activity-layout.ts'
import type { Pen, Picture } from './activity-picture.ts'

/** More threads than this are a web: then only those of the chosen row are drawn. */
const THREADS_MAX = 24

export function paint(pen: Pen, colours: Colours, picture: Picture): void {
  const { view, height, scrollTop, layout } = picture
  pen.clearRect(0, 0, view.width, height)
  pen.save()
  pen.beginPath()
  pen.rect(0, HEAD, view.width, height - HEAD)
  pen.clip()
  pen.translate(0, HEAD - scrollTop)
  const first = Math.floor(scrollTop / ROW)
  const rows = layout.rows.slice(first, first + Math.ceil((height - HEAD) / ROW) + 1)
  for (const [index, row] of rows.entries()) paintGround(pen, colours, picture, row, first + index)
  paintGrid(pen, colours, picture)
  for (const row of rows) paintBars(pen, colours, picture, row)
  paintThreads(pen, colours, picture, first, first + rows.length)
  paintMarks(pen, colours, picture, first, rows)
  pen.restore()
  paintHead(pen, colours, picture)
}

/** A worker's death ends its row, and one fact is written there. */
function paintGround(pen: Pen, colours: Colours, picture: Picture, row: WorkerRow, index: number): void {
  const { plain, fonts } = colours
  const { view, nowMs } = picture
  const top = index * ROW
  if (row.deadMs !== null) {
    const x = Math.max(0, xOf(view, row.deadMs))
    pen.fillStyle = plain.sunken
    pen.fillRect(x, top, view.width - x, ROW)
    const words = `Last heartbeat ${formatClock(row.worker.lastHeartbeatAt)}`
    pen.font = `12px ${fonts.body}`
    pen.textAlign = 'right'
    pen.textBaseline = 'middle'
    pen.fillStyle = plain['ink-2']
    const right = Math.min(view.width, xOf(view, nowMs)) - 12
    if (right - x > 170) pen.fillText(words, right, top + ROW / 2)
  }
  pen.fillStyle = plain.line
  pen.fillRect(0, top + ROW - 1, view.width, 1)
}

function paintGrid(pen: Pen, { plain }: Colours, { view, layout }: Picture): void {
  pen.fillStyle = plain.line
  for (const at of gridOf(view)) pen.fillRect(Math.round(xOf(view, at)), 0, 1, layout.rows.length * ROW)
}

function paintThreads(
  pen: Pen,
  { plain }: Colours,
  { layout, view, chosen }: Picture,
  first: number,
  end: number,
): void {
  const inView = layout.threads.filter(
    ({ from, to }) => Math.max(from.row, to.row) >= first && Math.min(from.row, to.row) < end,
  )
  const shown =
    inView.length <= THREADS_MAX
      ? inView
      : inView.filter(({ from, to }) => from.row === chosen?.row || to.row === chosen?.row)
  pen.strokeStyle = plain['ink-2']
  pen.lineWidth = 1
  for (const { from, to } of shown) {
    const [x, y] = [xOf(view, from.tailMs ?? from.toMs ?? 0), yOf(from) + BAR / 2]
    const [endX, endY] = [xOf(view, to.fromMs), yOf(to) + BAR / 2]
    const turn = Math.max(x + 4, endX - 6 - (from.lane + 1) * 3)
    pen.beginPath()
    pen.moveTo(x, y)
    pen.arcTo(turn, y, turn, endY, 2)
    pen.arcTo(turn, endY, endX, endY, 2)
    pen.lineTo(endX, endY)
    pen.stroke()
  }
}

function paintMarks(pen: Pen, colours: Colours, picture: Picture, first: number, rows: readonly WorkerRow[]): void {
  const { view, marks, layout, nowMs } = picture
  const height = layout.rows.length * ROW
  for (const mark of marks) {
    const x = Math.round(xOf(view, Date.parse(mark.at)))
    if (mark.kind === 'boot') {
      pen.strokeStyle = colours.plain['ink-3']
      pen.setLineDash([3, 3])
      pen.beginPath()
      pen.moveTo(x + 0.5, 0)
      pen.lineTo(x + 0.5, height)
      pen.stroke()
      pen.setLineDash([])
      continue
    }
    pen.fillStyle = colours.fill.warn
    pen.fillRect(x, 0, 1, height)
    pen.fillStyle = colours.words.warn
    rows.forEach(({ worker }, index) => {
      if (mark.workerIds.includes(worker.id)) pen.fillRect(x, (first + index) * ROW, 2, ROW)
    })
  }
  pen.fillStyle = colours.plain.ink
  pen.fillRect(Math.round(xOf(view, nowMs)), 0, 1, height)
}

function paintHead(pen: Pen, colours: Colours, { view, marks }: Picture): void {
  pen.fillStyle = colours.plain.bg
  pen.fillRect(0, 0, view.width, HEAD)
  pen.fillStyle = colours.plain.line
  pen.fillRect(0, HEAD - 1, view.width, 1)
  pen.textBaseline = 'alphabetic'
  pen.textAlign = 'center'
  pen.font = `11px ${colours.fonts.mono}`
  pen.fillStyle = colours.plain['ink-3']
  const day = view.toMs - view.fromMs > 36 * 3_600_000
  for (const at of gridOf(view)) {
    const text = day ? new Date(at).toISOString().slice(5, 16).replace('T', ' ') : formatClock(at).slice(0, 5)
    const x = xOf(view, at)
    if (x > 20 && x < view.width - 20) pen.fillText(text, x, HEAD - 10)
  }
  let free = 0
  for (const mark of marks.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const x = xOf(view, Date.parse(mark.at))
    if (x < 0 || x > view.width) continue
    pen.font = `500 11px ${colours.fonts.body}`
    pen.fillStyle = mark.kind === 'boot' ? colours.plain['ink-2'] : colours.words.warn
    const words = mark.kind === 'boot' ? `Boot ${formatClock(mark.at)}` : `${mark.title} ${formatClock(mark.at)}`
    const width = pen.measureText(words).width
    const left = x + width + 8 > view.width ? x - width - 6 : x + 6
    if (mark.kind === 'incident') pen.fillRect(Math.round(x), 4, 2, HEAD - 4)
    // Names that would stand on each other are left to the pointer.
    if (left < free) continue
    pen.textAlign = 'left'
    pen.fillText(words, left, 14)
    free = left + width + 12
  }
}
