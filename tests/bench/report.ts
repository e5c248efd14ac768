import { type Comparison, median } from './contest.ts'

/** The figures that count, each beside its target, met or not. */
export function printRatios(comparisons: readonly Comparison[]): void {
  const rows = comparisons.map((comparison) => {
    const { work, against, kind, ratios, target } = comparison
    const spread = `${ratio(Math.min(...ratios))} – ${ratio(Math.max(...ratios))}`
    const aim = target === undefined ? '' : `${kind === 'speed' ? '≥' : '≤'} ${target}`
    return [work, against, ratio(median(ratios)), spread, aim, verdict(comparison)]
  })
  print(['Rollcall', kindOfRatio, 'median', 'spread', 'target', ''], rows)
}

const kindOfRatio = 'beside'

function verdict({ kind, ratios, target }: Comparison): string {
  if (target === undefined) return ''
  const reached = median(ratios)
  return (kind === 'speed' ? reached >= target : reached <= target) ? 'met' : 'NOT MET'
}

/** Absolute figures say what this machine did in this minute, and no more. */
export function printFigures(comparisons: readonly Comparison[]): void {
  const rows = comparisons.map(({ work, against, kind, ours, theirs }) => [
    work,
    against,
    count(ours),
    count(theirs),
    kind === 'bytes' ? 'bytes a task' : 'operations a second',
  ])
  print(['For information', 'beside', 'Rollcall', 'the other', ''], rows)
}

function ratio(value: number): string {
  return value < 0.01 ? value.toPrecision(2) : value.toFixed(2)
}

function count(rates: readonly number[]): string {
  return Math.round(median(rates)).toLocaleString('en-US')
}

function print(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  console.log(['', line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n'))
}
