import type { BarPattern } from '#components/look/activity-look.ts'
import { formatCount, formatTerm } from '#components/look/format.ts'
import { Swatch } from '#components/look/share-bar.tsx'
import type { Tone } from '#components/look/tone.ts'
import { hrefOf } from '#components/query/task-query.ts'
import { ChipLink } from '#components/ui/chip-link.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Link } from '#components/ui/link.tsx'
import type { Throughput, ThroughputOutcome, ThroughputWindow } from '#lib/task/throughput.ts'
import { ThroughputTable } from './throughput-table.tsx'

interface Kind {
  readonly name: string
  readonly outcomes: readonly ThroughputOutcome[]
  readonly tone: Tone
  readonly pattern: BarPattern
  /** Where such tasks are listed, of the window. */
  readonly href: (window: ThroughputWindow) => string
}

/** What a span came to, from the bottom to the top of its bar. */
const KINDS: readonly Kind[] = [
  kind('Success', ['success'], 'good', 'tint'),
  kind('Failed', ['failed'], 'bad', 'hatch-back'),
  { ...kind('Interrupted', ['interrupted'], 'warn', 'hatch'), href: () => '/incidents' },
  kind('Ended otherwise', ['cancelled', 'compensated', 'quarantined', 'aborted_no_skill'], 'mute', 'hollow'),
]

function kind(name: string, outcomes: readonly ThroughputOutcome[], tone: Tone, pattern: BarPattern): Kind {
  return { name, outcomes, tone, pattern, href: (since) => hrefOf({ status: outcomes.join(','), since }) }
}

const WINDOWS: readonly ThroughputWindow[] = ['1h', '24h', '7d']
const LABELS: Record<ThroughputWindow, string> = { '1h': '1 h', '24h': '24 h', '7d': '7 d' }

/** How much is done and what comes of it: a bar a span, from counts that are maintained. */
export function ThroughputPanel({ throughput, window }: { throughput: Throughput; window: ThroughputWindow }) {
  const { spans, spanMs, totals } = throughput
  const highest = Math.max(1, ...spans.map(({ counts }) => Math.max(counts.created ?? 0, sum(counts, ALL))))
  return (
    <section aria-label="Throughput">
      <div className="flex min-h-10 flex-wrap items-center gap-x-5 gap-y-1 border-line border-b px-6 py-1 max-md:px-4">
        <h2 className="font-semibold">Throughput</h2>
        <p className="flex flex-wrap items-center gap-x-5 gap-y-1 text-ink-2">
          <span>
            <Link href={hrefOf({ since: window })} className="font-medium text-ink hover:underlined">
              {formatCount(totals.created ?? 0)}
            </Link>{' '}
            on record
          </span>
          {KINDS.map(({ name, outcomes, tone, pattern, href }) => (
            <span key={name} className="flex items-center gap-1.5">
              <Swatch tone={tone} pattern={pattern} className="h-2 w-4" />
              <Link href={href(window)} className="font-medium text-ink hover:underlined">
                {formatCount(sum(totals, outcomes))}
              </Link>
              {name.toLowerCase()}
            </span>
          ))}
        </p>
        <nav aria-label="Window of the throughput" className="ml-auto flex gap-1">
          {WINDOWS.map((each) => (
            <ChipLink key={each} href={each === '1h' ? '/' : `/?window=${each}`} current={each === window}>
              {LABELS[each]}
            </ChipLink>
          ))}
        </nav>
      </div>
      {(totals.created ?? 0) + sum(totals, ALL) === 0 && (
        <Empty of="throughput" kind="filtered" small className="-mb-11" />
      )}
      <div aria-hidden="true" className="flex h-20 items-end gap-px px-6 pt-2 max-md:px-4">
        {spans.map(({ at, counts }) => (
          <SpanBar key={at} at={at} counts={counts} highest={highest} />
        ))}
      </div>
      <p className="flex justify-between px-6 pt-1 text-11 text-ink-3 max-md:px-4">
        <span className="mono">{at(throughput.since, window)}</span>
        <span className="max-md:hidden">
          {formatTerm(spanMs)} a bar, {formatCount(highest)} at the most; the line is what was put on record
        </span>
        <span className="mono">{at(throughput.until, window)}</span>
      </p>
      <ThroughputTable throughput={throughput} />
    </section>
  )
}

type Counts = Throughput['totals']
const ALL = KINDS.flatMap(({ outcomes }) => outcomes)

function sum(counts: Counts, outcomes: readonly ThroughputOutcome[]): number {
  return outcomes.reduce((total, outcome) => total + (counts[outcome] ?? 0), 0)
}

function SpanBar({ at, counts, highest }: { at: string; counts: Counts; highest: number }) {
  const created = counts.created ?? 0
  return (
    <span className="relative flex h-full min-w-0 flex-1 flex-col-reverse" title={`${at.slice(11, 16)} UTC`}>
      {KINDS.map(({ name, outcomes, tone, pattern }) => {
        const count = sum(counts, outcomes)
        return count === 0 ? null : (
          <span key={name} className="flex w-full" style={{ height: `${(100 * count) / highest}%` }}>
            <Swatch tone={tone} pattern={pattern} className="h-full w-full" />
          </span>
        )
      })}
      {created > 0 && (
        <span
          className="absolute inset-x-0 border-ink-2 border-t"
          style={{ bottom: `calc(${(100 * created) / highest}% - 1px)` }}
        />
      )}
    </span>
  )
}

/** The day as well where the window is longer than one. */
function at(instant: string, window: ThroughputWindow): string {
  return window === '7d' ? `${instant.slice(5, 10)} ${instant.slice(11, 16)}` : `${instant.slice(11, 16)} UTC`
}
