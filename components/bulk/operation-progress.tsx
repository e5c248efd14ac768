'use client'

import { BULK_WORDS } from '#components/look/bulk-words.ts'
import { useNow } from '#components/look/clock.tsx'
import { formatCount, formatCountdown } from '#components/look/format.ts'
import { ShareBar } from '#components/look/share-bar.tsx'
import type { BulkOperation } from '#lib/task/schema.ts'

/** How far it has come, and until it begins how long it can still be stopped before anything happens. */
export function OperationProgress({ operation }: { operation: BulkOperation }) {
  const { id, action, status, startedAt, total, changed, skipped, failed } = operation
  const now = useNow()
  const leftMs = Date.parse(operation.startsAt) - now
  const at = (result: string) => `/operations/${id}?result=${result}`
  const pending = total - changed - skipped - failed
  return (
    <>
      {status === 'running' && startedAt === null && (
        <section
          aria-label="What happens next"
          className="flex min-h-[72px] items-center gap-8 bg-warn-bg px-6 py-3 max-md:px-4"
        >
          <span role="timer" className="font-medium text-28 text-warn-fg">
            {formatCountdown(leftMs)}
          </span>
          <p className="font-medium text-15">
            Begins then, and does {formatCount(total)} tasks in batches. Until then nothing changes; stopped, nothing
            will.
          </p>
        </section>
      )}
      <ShareBar
        label="Progress"
        total={total}
        shares={[
          {
            name: capitalised(BULK_WORDS[action].done),
            count: changed,
            tone: 'run',
            pattern: 'solid',
            href: at('changed'),
          },
          { name: 'Skipped', count: skipped, tone: 'mute', pattern: 'hollow', href: at('skipped') },
          { name: 'Could not be done', count: failed, tone: 'bad', pattern: 'hatch-back', href: at('failed') },
          {
            name: status === 'aborted' ? 'Left alone' : 'To come',
            count: pending,
            tone: 'mute',
            pattern: 'tint',
            href: at('pending'),
          },
        ]}
      />
    </>
  )
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
