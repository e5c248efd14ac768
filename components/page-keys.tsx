'use client'

import { useRouter } from 'next/navigation'
import { lazy, Suspense, useState } from 'react'
import { useKeys } from './keys.ts'
import { PAGES } from './site-nav.tsx'

const HelpDialog = lazy(() => import('./help-dialog.tsx'))

export const QUERY_ID = 'query'

/** The keys that work on every page. */
export function PageKeys() {
  const router = useRouter()
  const [help, setHelp] = useState<'never' | 'open' | 'closed'>('never')
  useKeys({
    ...Object.fromEntries(PAGES.map(({ href, key }) => [`g ${key}`, () => router.push(href)])),
    '/': () => {
      const query = document.getElementById(QUERY_ID)
      if (query) query.focus()
      else router.push('/tasks')
    },
    r: () => router.refresh(),
    '?': () => setHelp('open'),
  })
  if (help === 'never') return null
  return (
    <Suspense>
      <HelpDialog open={help === 'open'} onClose={() => setHelp('closed')} />
    </Suspense>
  )
}
