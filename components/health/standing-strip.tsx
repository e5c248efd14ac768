'use client'

import { useNow } from '#components/look/clock.tsx'
import { formatCapped, formatDuration } from '#components/look/format.ts'
import { StatusIcon, type StatusShape } from '#components/look/status-icon.tsx'
import { type Tone, WORDS } from '#components/look/tone.ts'
import { Link } from '#components/ui/link.tsx'

export interface Standing {
  readonly count: number
  readonly capped: boolean
  readonly oldestAt: string | null
}

interface Figure {
  readonly key: string
  readonly name: string
  readonly shape: StatusShape
  readonly tone: Tone
  /** Loud where somebody may have to act, once there is one. */
  readonly loud: boolean
  readonly oldest: string
  readonly href: string
}

const FIGURES: readonly Figure[] = [
  {
    key: 'running',
    name: 'Running',
    shape: 'play',
    tone: 'run',
    loud: false,
    oldest: 'longest',
    href: '/tasks?status=running',
  },
  {
    key: 'noProgress',
    name: 'No progress',
    shape: 'flat-line',
    tone: 'warn',
    loud: true,
    oldest: 'longest',
    href: '/tasks?status=running',
  },
  {
    key: 'interrupted',
    name: 'Interrupted',
    shape: 'half',
    tone: 'warn',
    loud: true,
    oldest: 'oldest',
    href: '/tasks?status=interrupted',
  },
  {
    key: 'failed',
    name: 'Failed, recoverable',
    shape: 'cross',
    tone: 'bad',
    loud: true,
    oldest: 'oldest',
    href: '/tasks?status=failed',
  },
  {
    key: 'quarantined',
    name: 'Quarantined',
    shape: 'octagon-solid',
    tone: 'plum',
    loud: true,
    oldest: 'in 24 h, first',
    href: '/tasks?status=quarantined',
  },
  {
    key: 'waiting',
    name: 'Waiting',
    shape: 'bars',
    tone: 'wait',
    loud: false,
    oldest: 'longest',
    href: '/tasks?status=waiting',
  },
  {
    key: 'expired',
    name: 'Lease expired',
    shape: 'dot',
    tone: 'warn',
    loud: true,
    oldest: 'longest',
    href: '/workers',
  },
  {
    key: 'queued',
    name: 'Queued',
    shape: 'dashed-circle',
    tone: 'mute',
    loud: false,
    oldest: 'oldest',
    href: '/tasks?status=queued,assigned',
  },
]

/** How many tasks stand where; each figure leads to its rows. */
export function StandingStrip({ standings }: { standings: Readonly<Record<string, Standing>> }) {
  const now = useNow()
  return (
    <dl className="grid grid-cols-8 border-line border-b max-[1360px]:grid-cols-4 max-md:grid-cols-2">
      {FIGURES.map((figure) => {
        const standing = standings[figure.key] ?? { count: 0, capped: false, oldestAt: null }
        const quiet = standing.count === 0
        const tone = quiet ? 'mute' : figure.tone
        return (
          <div
            key={figure.key}
            className="relative flex flex-col border-line px-5 py-2.5 hover:bg-hover max-md:px-4 [&:not(:first-child)]:border-l first:pl-6 max-md:first:pl-4 max-[1360px]:nth-[4n+1]:border-l-0! max-[1360px]:md:nth-[4n+1]:pl-6 max-[1360px]:md:nth-[n+5]:border-t max-md:odd:border-l-0! max-md:nth-[n+3]:border-t"
          >
            <dt className="flex items-center gap-1.5">
              <StatusIcon shape={figure.shape} className={WORDS[tone]} />
              <span className={`truncate ${figure.loud && !quiet ? `font-medium ${WORDS[tone]}` : ''}`}>
                {figure.name}
              </span>
            </dt>
            <dd className={`font-medium text-24 ${quiet ? 'text-ink-3' : ''}`}>
              <Link href={figure.href} className="after:absolute after:inset-0">
                {formatCapped(standing)}
              </Link>
            </dd>
            <dd className="truncate text-12 text-ink-3">
              {standing.oldestAt === null
                ? quiet
                  ? 'none'
                  : 'many'
                : `${figure.oldest} ${formatDuration(now - Date.parse(standing.oldestAt))}`}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
