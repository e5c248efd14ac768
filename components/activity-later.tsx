'use client'

import dynamic from 'next/dynamic'

/** The chart is for the browser alone, and half of the first page's script: it comes after the figures. */
export const Activity = dynamic(() => import('./activity-section.tsx'), {
  ssr: false,
  loading: () => <div aria-busy="true" className="h-104" />,
})
