import type { ActivityMark } from '#lib/task/activity.ts'
import type { Bar, Layout, View } from './activity-layout.ts'

/** What the chart of attempts shows at a moment. */
export interface Picture {
  readonly layout: Layout
  readonly marks: readonly ActivityMark[]
  readonly view: View
  readonly height: number
  readonly scrollTop: number
  readonly nowMs: number
  /** The bar under the pointer or the cursor. */
  readonly chosen: Bar | null
}

export type Pen = CanvasRenderingContext2D
