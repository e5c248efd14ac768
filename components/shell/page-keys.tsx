'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useState } from 'react'
import type { RecoveryControl } from '#components/acts/recovery-control.ts'
import { QUERY_ID } from '#components/query/query-id.ts'
import { useKeys } from '#components/ui/keys.ts'
import { later } from '#components/ui/later.ts'
import { useGo } from '#components/ui/link.tsx'
import { PAGES, useHrefOf } from './site-nav.tsx'

const HelpDialog = later(() => import('./help-dialog.tsx'))
const CommandPalette = later(() => import('./command-palette.tsx'))

/** Loaded when it is first asked for, and kept then: its end is drawn too. */
type Shown = 'never' | 'open' | 'closed'

/** The keys that work on every page. */
export function PageKeys({ recovery }: { recovery: RecoveryControl }) {
  const router = useRouter()
  const [, go] = useGo()
  const hrefOf = useHrefOf()
  const [help, setHelp] = useState<Shown>('never')
  const [palette, setPalette] = useState<Shown>('never')
  useKeys({
    ...Object.fromEntries(PAGES.map(({ href, key }) => [`g ${key}`, () => go(hrefOf(href))])),
    '/': () => {
      const query = document.getElementById(QUERY_ID)
      if (query) query.focus()
      else go(hrefOf('/tasks'))
    },
    r: () => router.refresh(),
    '?': () => setHelp('open'),
    'Ctrl+k': () => setPalette((now) => (now === 'open' ? 'closed' : 'open')),
  })
  return (
    <Suspense>
      {help !== 'never' && <HelpDialog open={help === 'open'} onClose={() => setHelp('closed')} />}
      {palette !== 'never' && (
        <CommandPalette
          open={palette === 'open'}
          recovery={recovery}
          onHelp={() => setHelp('open')}
          onClose={() => setPalette('closed')}
        />
      )}
    </Suspense>
  )
}
