'use client'

import { memo, type ReactNode, useEffect, useRef, useState } from 'react'
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
/** The end is what is read; a whole log of a hundred thousand lines would stop the browser. */
const BLOCKS_SHOWN = 10
const AT_END_PX = 24

/** The last lines, in blocks that the browser lays out only when they come into view; more of those before on demand. */
export function OutputLog({ lines, follow, onFollow, end }: OutputLogProps) {
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    // After every change, for what ends the log stands below its last line.
    if (follow) box.current?.scrollTo({ top: box.current.scrollHeight })
  })
  const [more, setMore] = useState(0)
  const blocks = blocksOf(lines, BLOCKS_SHOWN + more)
  const hidden = blocks[0]?.first ?? 0
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
      {hidden > 0 && (
        <button
          type="button"
          onClick={() => setMore(more + BLOCKS_SHOWN)}
          className="mb-2 ml-6 font-sans text-13 underlined"
        >
          Show more of the {formatCount(hidden)} lines before these
        </button>
      )}
      {blocks.map(({ first, lines: block }) => (
        <Block key={first} lines={block} />
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
    before.lines.length === after.lines.length && before.lines.every((line, index) => isSame(line, after.lines[index])),
)

/** A line is cut anew from its chunks each time; its text grows until its end has come. */
function isSame(line: OutputLine, other: OutputLine | undefined): boolean {
  if (line.key !== other?.key) return false
  return line.kind === 'gap' || other.kind === 'gap' || line.text === other.text
}

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

interface LineBlock {
  /** How many lines stand before it: the same for ever, since lines are only added at the end. */
  readonly first: number
  readonly lines: readonly OutputLine[]
}

function blocksOf(lines: readonly OutputLine[], shown: number): LineBlock[] {
  const count = Math.ceil(lines.length / BLOCK)
  const from = Math.max(0, count - shown)
  return Array.from({ length: count - from }, (_, index) => {
    const first = (from + index) * BLOCK
    return { first, lines: lines.slice(first, first + BLOCK) }
  })
}
