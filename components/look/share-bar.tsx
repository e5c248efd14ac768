import { Link } from '#components/ui/link.tsx'
import type { BarPattern } from './activity-look.ts'
import { formatCount } from './format.ts'
import { type Tone, WORDS } from './tone.ts'

export interface Share {
  readonly name: string
  readonly count: number
  readonly tone: Tone
  readonly pattern: BarPattern
  /** Where its rows are: a number that cannot be clicked through to them says less. */
  readonly href?: string
}

/** Whole class names, so that the style sheet is made from them. */
const FILLS: Record<Tone, string> = {
  run: '[--fill:var(--run-fill)]',
  wait: '[--fill:var(--wait-fill)]',
  warn: '[--fill:var(--warn-fill)]',
  bad: '[--fill:var(--bad-fill)]',
  good: '[--fill:var(--good-fill)]',
  plum: '[--fill:var(--plum-fill)]',
  teal: '[--fill:var(--teal-fill)]',
  mute: '[--fill:var(--mute-fill)]',
}
/** Tiles of one period each: a gradient that repeats itself beats against the pixels, and stays white on paper. */
const PATTERNS: Record<BarPattern, string> = {
  solid: 'bg-(--fill)',
  hatch:
    'border border-(--fill) bg-[linear-gradient(135deg,var(--fill)_22%,transparent_22%_50%,var(--fill)_50%_72%,transparent_72%)] bg-size-[7px_7px]',
  'hatch-back':
    'border border-(--fill) bg-[linear-gradient(45deg,var(--fill)_35%,transparent_35%_50%,var(--fill)_50%_85%,transparent_85%)] bg-size-[6px_6px]',
  tint: 'border border-(--fill) bg-[color-mix(in_oklab,var(--fill)_26%,transparent)]',
  hollow: 'border border-(--fill)',
  cross:
    'border border-(--fill) bg-[linear-gradient(135deg,var(--fill)_12%,transparent_12%_50%,var(--fill)_50%_62%,transparent_62%),linear-gradient(45deg,var(--fill)_12%,transparent_12%_50%,var(--fill)_50%_62%,transparent_62%)] bg-size-[7px_7px]',
  dots: 'border border-(--fill) bg-[radial-gradient(var(--fill)_1.1px,transparent_1.2px)] bg-size-[4px_4px]',
  lines: 'border border-(--fill) bg-[linear-gradient(var(--fill)_1px,transparent_1px)] bg-size-[100%_3px]',
  across: 'border border-(--fill) bg-[linear-gradient(90deg,var(--fill)_1.5px,transparent_1.5px)] bg-size-[4px_100%]',
}

/** Parts of a whole as one bar, with the figures in words above it. */
export function ShareBar({ label, total, shares }: { label: string; total: number; shares: readonly Share[] }) {
  return (
    <section aria-label={label} className="flex flex-col gap-2 px-6 py-3 max-md:px-4">
      <dl className="flex flex-wrap gap-x-12 gap-y-2">
        <Part name="In all" count={total} tone="mute" />
        {shares.map((share) => (
          <Part key={share.name} {...share} />
        ))}
      </dl>
      <div aria-hidden="true" className="flex h-3 gap-0.5">
        {shares
          .filter(({ count }) => count > 0)
          .map(({ name, count, tone, pattern }) => (
            <Swatch key={name} tone={tone} pattern={pattern} grow={count} className="min-w-1 basis-0" />
          ))}
      </div>
    </section>
  )
}

interface SwatchProps {
  tone: Tone
  pattern: BarPattern
  grow?: number
  className?: string
}

/** A bar, or a piece of one, in the tone and the pattern of what it stands for. */
export function Swatch({ tone, pattern, grow, className = '' }: SwatchProps) {
  return (
    <span
      aria-hidden="true"
      data-tick={pattern}
      style={grow === undefined ? undefined : { flexGrow: grow }}
      className={`inline-block ${FILLS[tone]} ${PATTERNS[pattern]} ${className}`}
    />
  )
}

function Part({ name, count, tone, href }: Pick<Share, 'name' | 'count' | 'tone' | 'href'>) {
  const figure = formatCount(count)
  return (
    <div className="flex flex-col-reverse">
      <dd className={`font-medium text-24 ${count === 0 ? 'text-ink-3' : ''}`}>
        {href && count > 0 ? (
          <Link href={href} className="hover:underlined">
            {figure}
          </Link>
        ) : (
          figure
        )}
      </dd>
      <dt className={count > 0 ? WORDS[tone] : 'text-ink-3'}>{name}</dt>
    </div>
  )
}
