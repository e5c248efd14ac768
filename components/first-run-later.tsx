'use client'

import { lazy } from 'react'

/** Loaded when it is shown: what a ledger shows once in its life is no part of every list. */
export const FirstRun = lazy(() => import('./first-run.tsx'))
