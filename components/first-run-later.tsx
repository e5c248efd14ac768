'use client'

import { type ComponentProps, lazy, Suspense } from 'react'

const FirstRunPage = lazy(() => import('./first-run.tsx'))

/** Loaded when it is shown: what a ledger shows once in its life is no part of every list. */
export function FirstRun(props: ComponentProps<typeof FirstRunPage>) {
  // A server component must not be given the lazy one itself: it makes a lazy one of whatever it gets from here.
  return (
    <Suspense>
      <FirstRunPage {...props} />
    </Suspense>
  )
}
