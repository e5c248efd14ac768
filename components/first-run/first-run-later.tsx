'use client'

import { type ComponentProps, Suspense } from 'react'
import { later } from '#components/ui/later.ts'

const FirstRunPage = later(() => import('./first-run.tsx'))

/** Loaded when it is shown: what a ledger shows once in its life is no part of every list. */
export function FirstRun(props: ComponentProps<typeof FirstRunPage>) {
  // A server component must not be given the lazy one itself: it makes a lazy one of whatever it gets from here.
  return (
    <Suspense>
      <FirstRunPage {...props} />
    </Suspense>
  )
}
