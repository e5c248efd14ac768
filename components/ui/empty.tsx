import type { ReactNode } from 'react'
import { EMPTY_WORDS, type EmptyKind, type EmptyList, type EmptyWords } from './empty-words.ts'
import { Glyph } from './icon.tsx'

export interface EmptyProps<List extends EmptyList> {
  of: List
  /** Only the reasons that this list has words for. */
  kind: keyof (typeof EMPTY_WORDS)[List] & EmptyKind
  /** In the place of its detail, where that is known only now. */
  children?: ReactNode
  /** What could be done about it. */
  action?: ReactNode
  /** Within a panel that holds more. */
  small?: boolean
  className?: string
}

/** In a list's place while it has nothing to show: why, and what could be done. */
export function Empty<List extends EmptyList>({
  of,
  kind,
  children,
  action,
  small = false,
  className = '',
}: EmptyProps<List>) {
  const words: Partial<Record<EmptyKind, EmptyWords>> = EMPTY_WORDS[of]
  const { sentence, detail } = words[kind] ?? { sentence: '' }
  const { tone, path, dashed } = MARKS[kind]
  return (
    <div
      data-empty={kind}
      className={`flex items-start gap-3 max-md:px-4 ${small ? 'px-6 py-3' : 'px-6 py-12 max-md:py-8'} ${className}`}
    >
      <span className={`flex items-center ${small ? 'h-5' : 'h-[22px]'}`}>
        <Glyph className={tone}>
          <path d={path} strokeDasharray={dashed ? '2.2 2.2' : undefined} />
        </Glyph>
      </span>
      <div className="flex min-w-0 flex-1 flex-col items-start gap-1">
        <p className={`max-w-[64ch] ${small ? 'text-ink-2' : 'text-15'}`}>{sentence}</p>
        {(children ?? detail) && <p className="max-w-[64ch] text-ink-2">{children ?? detail}</p>}
        {action && <div className="mt-3 flex w-full flex-wrap gap-2">{action}</div>}
      </div>
    </div>
  )
}

/** A shape for each reason, for the eye that does not read. */
const MARKS: Record<EmptyKind, { tone: string; path: string; dashed?: boolean }> = {
  never: { tone: 'text-ink-3', path: 'M8 2.25a5.75 5.75 0 1 0 0 11.5 5.75 5.75 0 0 0 0-11.5z', dashed: true },
  filtered: { tone: 'text-ink-3', path: 'M2 4h12M4.5 8h7M7 12h2' },
  good: { tone: 'text-good-fg', path: 'm3 8.5 3.2 3.2L13 4.8' },
  unknown: { tone: 'text-warn-fg', path: 'M8 2.25a5.75 5.75 0 1 0 0 11.5 5.75 5.75 0 0 0 0-11.5zM8 5v3.2l2 1.2' },
  forbidden: { tone: 'text-ink-3', path: 'M4 7.25h8v6H4zM5.5 7.25V5a2.5 2.5 0 0 1 5 0v2.25' },
}
