'use client'

import { Suspense, useEffect, useRef, useState } from 'react'
import { later } from '#components/ui/later.ts'

const ActivitySection = later(() => import('./activity-section.tsx'))
const NEAR = '200px'

/** The chart is for the browser alone, and heavier than all above it: it comes after the figures, once it is near. */
export function Activity() {
  const frame = useRef<HTMLDivElement>(null)
  const [isNear, setNear] = useState(false)
  useEffect(() => {
    if (frame.current === null) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), { rootMargin: NEAR })
    observer.observe(frame.current)
    return () => observer.disconnect()
  }, [])
  const awaited = <div aria-busy="true" className="h-104" />
  return <div ref={frame}>{isNear ? <Suspense fallback={awaited}>{<ActivitySection />}</Suspense> : awaited}</div>
}
