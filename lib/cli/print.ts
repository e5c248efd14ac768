/** How answers are shown to people: aligned tables, UTC times, colours on a terminal only. */

import { styleText } from 'node:util'
import { duration } from '#lib/task/hint.ts'
import type { TaskStatus } from '#lib/task/states.ts'

type Format = Parameters<typeof styleText>[0]
export interface Cell {
  readonly text: string
  readonly format?: Format | undefined
}

const NONE = '—'

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

export function printTable(titles: readonly string[], rows: readonly (readonly (Cell | string)[])[]): void {
  const cells = rows.map((row) => row.map(toCell))
  const head = titles.map((text) => ({ text, format: 'dim' as const }))
  const widths = titles.map((title, column) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[column]?.text ?? ''))),
  )
  for (const row of [head, ...cells]) {
    const padded = row.map(({ text, format }, column) => {
      const isLast = column === row.length - 1
      return paint(text, format) + (isLast ? '' : ' '.repeat((widths[column] ?? 0) - widthOf(text)))
    })
    print(padded.join('  '))
  }
}

export function printFields(fields: readonly (readonly [string, Cell | string])[]): void {
  const width = Math.max(...fields.map(([name]) => name.length))
  for (const [name, value] of fields) {
    const { text, format } = toCell(value)
    print(`${paint(name.padEnd(width), 'dim')}  ${paint(text, format)}`)
  }
}

export function statusCell(status: TaskStatus | string): Cell {
  return { text: status, format: TONES[status] }
}

const TONES: Record<string, Format> = {
  running: 'cyan',
  waiting: 'cyan',
  assigned: 'blue',
  interrupted: 'yellow',
  draining: 'yellow',
  failed: 'red',
  dead: 'red',
  quarantined: 'magenta',
  success: 'green',
  alive: 'green',
}

/** What the ledger stored may hold control characters; a terminal must not act on them. */
export function textOf(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === '') return NONE
  return String(value).replace(/\p{Cc}+/gu, ' ')
}

export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** 2026-11-21 08:00:00Z */
export function instantOf(instant: string | null): string {
  return instant === null ? NONE : `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')}Z`
}

export function durationOf(from: string | null, to: string | null): string {
  return from === null ? NONE : duration((to === null ? Date.now() : Date.parse(to)) - Date.parse(from))
}

function toCell(value: Cell | string): Cell {
  return typeof value === 'string' ? { text: value } : value
}

export function paint(text: string, format: Format | undefined): string {
  return format && hasColours() ? styleText(format, text, { validateStream: false }) : text
}

/** On a terminal that knows them, unless NO_COLOR is set; anywhere when FORCE_COLOR is. */
export function hasColours(
  env: Readonly<Record<string, string | undefined>> = process.env,
  isTerminal = process.stdout.isTTY,
): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return Boolean(isTerminal) && env.TERM !== 'dumb'
}

/** Most characters of East Asian scripts and emoji take two columns. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text)
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u.test(
        character,
      )
        ? 2
        : 1
  return width
}
