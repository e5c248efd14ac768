'use client'

import { useRouter } from 'next/navigation'
import { type KeyboardEvent, type PointerEvent, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { useNow } from '#components/look/clock.tsx'
import type { Activity } from '#lib/task/activity.ts'
import { coloursOf } from './activity-colours.ts'
import { ActivityLabels } from './activity-labels.tsx'
import { type Bar, barAt, HEAD, layOut, ROW, timeAt, type View } from './activity-layout.ts'
import { paint } from './activity-paint.ts'
import { stepBar } from './activity-step.ts'
import { ActivityTip } from './activity-tip.tsx'
import type { Window } from './use-activity.ts'

interface ActivityChartProps {
  activity: Activity
  window: Window
  onWindow: (window: Window) => void
}

const SPAN_MIN_MS = 60_000
const SPAN_MAX_MS = 24 * 3_600_000
/** Beyond the present there is room for its line, and for a name. */
const FUTURE = 0.03

/** A row a worker, a bar an attempt. Drag to move in time, Ctrl and the wheel or + and - to come nearer. */
export function ActivityChart({ activity, window, onWindow }: ActivityChartProps) {
  const router = useRouter()
  const nowMs = useNow()
  const scroller = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const drag = useRef<{ x: number; untilMs: number; moved: boolean } | null>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  const [scrollTop, setScrollTop] = useState(0)
  const [chosen, setChosen] = useState<Bar | null>(null)
  const layout = useMemo(() => layOut(activity), [activity])
  const untilMs = window.untilMs ?? nowMs + window.spanMs * FUTURE
  const view: View = { fromMs: untilMs - window.spanMs, toMs: untilMs, width: size.width }
  const height = Math.min(size.height, HEAD + layout.rows.length * ROW)

  useEffect(() => {
    const parent = canvas.current?.parentElement
    if (!parent || !scroller.current) return
    const observer = new ResizeObserver(() =>
      setSize({ width: parent.clientWidth, height: scroller.current?.clientHeight ?? 0 }),
    )
    observer.observe(parent)
    observer.observe(scroller.current)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    const pen = canvas.current?.getContext('2d')
    if (!pen || !scroller.current || size.width === 0) return
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    const colours = coloursOf(scroller.current.querySelector<HTMLElement>('[data-probe]') ?? scroller.current)
    paint(pen, colours, { layout, marks: activity.marks, view, height, scrollTop, nowMs, chosen })
  })

  const show = (spanMs: number, until: number) => onWindow({ spanMs, untilMs: until >= nowMs ? null : until })
  const zoom = useEffectEvent((factor: number, x: number) => {
    const spanMs = Math.min(SPAN_MAX_MS, Math.max(SPAN_MIN_MS, window.spanMs * factor))
    const at = timeAt(view, x)
    show(spanMs, at + (spanMs * (size.width - x)) / Math.max(1, size.width))
  })
  useEffect(() => {
    const element = canvas.current
    // The page itself would be zoomed otherwise, which a passive listener cannot keep it from.
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      zoom(event.deltaY > 0 ? 1.25 : 0.8, event.offsetX)
    }
    element?.addEventListener('wheel', wheel, { passive: false })
    return () => element?.removeEventListener('wheel', wheel)
  }, [])

  const find = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent) =>
    offsetY < HEAD ? null : barAt(layout, view, nowMs, offsetX, offsetY - HEAD + scrollTop)
  const move = (event: PointerEvent) => {
    if (drag.current === null) return setChosen(find(event))
    const byX = event.clientX - drag.current.x
    if (Math.abs(byX) < 4 && !drag.current.moved) return
    drag.current.moved = true
    show(window.spanMs, drag.current.untilMs - (byX / size.width) * window.spanMs)
  }
  const release = (event: PointerEvent) => {
    const moved = drag.current?.moved
    drag.current = null
    const bar = find(event)
    if (!moved && bar) router.push(`/tasks/${bar.attempt.taskId}`)
  }
  const press = (event: KeyboardEvent) => {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key]
    if (by) {
      const next = stepBar(layout, chosen, by[0] ?? 0, by[1] ?? 0)
      setChosen(next)
      if (next) scroller.current?.scrollTo({ top: next.row * ROW - height / 2 })
    } else if (event.key === 'Enter' && chosen) router.push(`/tasks/${chosen.attempt.taskId}`)
    else if (event.key === '+' || event.key === '=') zoom(0.8, size.width)
    else if (event.key === '-') zoom(1.25, size.width)
    else if (event.key === 'Escape') setChosen(null)
    else return
    event.preventDefault()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: no element is a chart that can be walked through
    <div
      ref={scroller}
      role="group"
      aria-roledescription="chart"
      aria-label="Attempts by worker. Arrows go from bar to bar, Enter opens its task, plus and minus come nearer and go back."
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is walked through by keys
      tabIndex={0}
      onKeyDown={press}
      onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
      className="relative max-h-[calc(100dvh-12rem)] min-h-52 overflow-y-auto overflow-x-hidden outline-offset-[-2px]"
    >
      <span data-probe hidden />
      <div className="relative flex" style={{ height: HEAD + layout.rows.length * ROW }}>
        <ActivityLabels rows={layout.rows} />
        <div className="relative min-w-0 flex-1">
          <canvas
            ref={canvas}
            width={Math.round(size.width * (globalThis.devicePixelRatio ?? 1))}
            height={Math.round(height * (globalThis.devicePixelRatio ?? 1))}
            style={{ width: size.width, height }}
            className={`sticky top-0 block touch-pan-y ${chosen ? 'cursor-pointer' : 'cursor-grab active:cursor-grabbing'}`}
            onPointerDown={(event) => {
              drag.current = { x: event.clientX, untilMs, moved: false }
              event.currentTarget.setPointerCapture(event.pointerId)
            }}
            onPointerMove={move}
            onPointerUp={release}
            onPointerLeave={() => drag.current === null && setChosen(null)}
          />
          {chosen && <ActivityTip bar={chosen} worker={layout.rows[chosen.row]?.worker} view={view} nowMs={nowMs} />}
        </div>
      </div>
    </div>
  )
}
