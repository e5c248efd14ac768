import { formatCount } from './format.ts'
import { type Tone, WORDS } from './tone.ts'
import { Link } from './ui/link.tsx'

type Pattern = 'solid' | 'hatch' | 'hatch-back' | 'tint' | 'hollow'

export interface Share {
  readonly name: string
  readonly count: number
  readonly tone: Tone
  readonly pattern: Pattern
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
const PATTERNS: Record<Pattern, string> = {
  solid: 'bg-(--fill)',
  hatch: 'border border-(--fill) bg-[repeating-linear-gradient(135deg,var(--fill)_0_2.2px,transparent_2.2px_5px)]',
  'hatch-back':
    'border border-(--fill) bg-[repeating-linear-gradient(45deg,var(--fill)_0_2.8px,transparent_2.8px_4px)]',
  tint: 'border border-(--fill) bg-[color-mix(in_oklab,var(--fill)_26%,transparent)]',
  hollow: 'border border-(--fill)',
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
            <span
              key={name}
              data-tick={pattern}
              style={{ flexGrow: count }}
              className={`min-w-1 basis-0 ${FILLS[tone]} ${PATTERNS[pattern]}`}
            />
          ))}
      </div>
    </section>
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
