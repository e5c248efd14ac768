'use client'

import { memo, type ReactNode, useEffect, useRef } from 'react'
import { formatBytes, formatClock, formatCount } from './format.ts'
import type { OutputLine } from './output-lines.ts'

interface OutputLogProps {
  lines: readonly OutputLine[]
  follow: boolean
  /** The reader scrolled away from the end, or came back to it. */
  onFollow: (follow: boolean) => void
  end: ReactNode
}

const BLOCK = 200
const AT_END_PX = 24

/** Lines in blocks that the browser lays out only when they come into view, so that a long log stays light. */
export function OutputLog({ lines, follow, onFollow, end }: OutputLogProps) {
  const box = useRef<HTMLElement>(null)
  const lastKey = lines.at(-1)?.key
  useEffect(() => {
    if (follow && lastKey !== '') box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [follow, lastKey])
  const scrolled = () => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = box.current ?? {}
    onFollow(scrollHeight - scrollTop - clientHeight < AT_END_PX)
  }
  return (
    <section
      ref={box}
      aria-label="Output"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      onScroll={scrolled}
      className="mono min-h-0 flex-1 overflow-y-auto bg-sunken py-4 leading-[18px] -outline-offset-2 max-lg:max-h-[70dvh] max-lg:min-h-60"
    >
      {blocksOf(lines).map((block, index) => (
        // Lines are only added at the end, so a block keeps its place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Block key={index} lines={block} />
      ))}
      {end}
    </section>
  )
}

const Block = memo(
  function Block({ lines }: { lines: readonly OutputLine[] }) {
    return (
      <div className="[contain-intrinsic-size:auto_3600px] [content-visibility:auto]">
        {lines.map((line) =>
          line.kind === 'gap' ? <Gap key={line.key} gap={line} /> : <Line key={line.key} line={line} />,
        )}
      </div>
    )
  },
  (before, after) =>
    before.lines.length === after.lines.length && before.lines.every((line, index) => line === after.lines[index]),
)

function Line({ line }: { line: Extract<OutputLine, { kind: 'line' }> }) {
  const wrong = line.stream === 'stderr'
  return (
    <div className="flex gap-5 px-6 max-md:gap-3 max-md:px-4">
      <time dateTime={line.at} title={line.at} className="shrink-0 select-none text-ink-3">
        {formatClock(line.at)}
      </time>
      <span className={`min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere] ${wrong ? 'text-bad-fg' : ''}`}>
        {wrong && <span className="sr-only">stderr: </span>}
        {line.text || ' '}
      </span>
    </div>
  )
}

/** What is gone is named: how much, of what, and why. */
function Gap({ gap: { dropped, stream } }: { gap: Extract<OutputLine, { kind: 'gap' }> }) {
  const count = dropped.to - dropped.from + 1
  return (
    <p className="mx-6 my-2 border-warn-fill border-y border-dashed py-2 pl-[78px] font-sans text-ink-2 max-md:mx-4 max-md:pl-0">
      <strong className="font-medium text-warn-fg">Gap.</strong> Messages {formatCount(dropped.from)} to{' '}
      {formatCount(dropped.to)} are gone: {formatCount(count)} messages, {formatBytes(dropped.bytes)} of {stream}.
      <br />
      The worker’s spool was full and dropped its oldest output first.
    </p>
  )
}

function blocksOf(lines: readonly OutputLine[]): OutputLine[][] {
  const count = Math.ceil(lines.length / BLOCK)
  return Array.from({ length: count }, (_, index) => lines.slice(index * BLOCK, (index + 1) * BLOCK))
}
