/** Where the cursor of the chart goes by a key. Pure. */
import type { Bar, Layout } from './activity-layout.ts'

/** To the next bar of its row in time, or to the one of another row that began nearest to it; rows without bars are passed. */
export function stepBar({ rows }: Layout, from: Bar | null, byRow: number, byBar: number): Bar | null {
  if (from === null) return rows.find(({ bars }) => bars.length > 0)?.bars.at(-1) ?? null
  const here = rows[from.row]?.bars ?? []
  const at = here.findIndex(({ attempt }) => attempt === from.attempt)
  if (byBar !== 0) return here[Math.min(here.length - 1, Math.max(0, at + byBar))] ?? from
  for (let row = from.row + byRow; row >= 0 && row < rows.length; row += byRow) {
    const bars = rows[row]?.bars ?? []
    const [nearest] = bars.toSorted((a, b) => Math.abs(a.fromMs - from.fromMs) - Math.abs(b.fromMs - from.fromMs))
    if (nearest) return nearest
  }
  return from
}
