'use client'

import { memo, type ReactNode, useEffect, useRef, useState } from 'react'
import { formatCount } from '#components/look/format.ts'
import { OutputGap, OutputText } from './output-line.tsx'
import type { OutputLine } from './output-lines.ts'

interface OutputLogProps {
  lines: readonly OutputLine[]
  follow: boolean
  /** The reader scrolled away from the end, or came back to it. */
  onFollow: (follow: boolean) => void
  /** What is sought, and the line that was found. */
  words: string
  place: number | null
  end: ReactNode
}

const BLOCK = 200
/** In the page at once: a whole log of a hundred thousand lines would stop the browser. */
const BLOCKS_SHOWN = 15
const BLOCKS_STEP = 8
const AT_END_PX = 24

/** A window of the lines, in blocks that the browser lays out only when they come into view; it follows the end or stays. */
export function OutputLog({ lines, follow, onFollow, words, place, end }: OutputLogProps) {
  const box = useRef<HTMLElement>(null)
  /** The block that the window begins with; null is the window at the end. */
  const [from, setFrom] = useState<number | null>(null)
  /** What is to be in view after the window has moved. */
  const [target, setTarget] = useState<{ selector: string; block: ScrollLogicalPosition } | null>(null)
  const count = Math.ceil(lines.length / BLOCK)
  const last = Math.max(0, count - BLOCKS_SHOWN)
  const start = follow || from === null ? last : Math.min(from, last)
  const blocks = blocksOf(lines, start)
  const after = lines.length - (start + blocks.length) * BLOCK

  // Where following ends, the window stays; where it begins again, it goes with the end.
  if (follow && from !== null) setFrom(null)
  if (!follow && from === null && lines.length > 0) setFrom(start)

  const [sought, setSought] = useState(place)
  if (place !== sought) {
    setSought(place)
    if (place !== null) {
      const block = Math.floor(place / BLOCK)
      if (block < start || block >= start + blocks.length) setFrom(Math.max(0, block - Math.floor(BLOCKS_SHOWN / 2)))
      setTarget({ selector: `[data-line="${place}"]`, block: 'center' })
    }
  }

  useEffect(() => {
    // After every change, for what ends the log stands below its last line.
    if (follow) box.current?.scrollTo({ top: box.current.scrollHeight })
  })
  useEffect(() => {
    if (target !== null) box.current?.querySelector(target.selector)?.scrollIntoView({ block: target.block })
  }, [target])

  const move = (by: number, block: ScrollLogicalPosition) => {
    const edge = by < 0 ? start : start + blocks.length - 1
    onFollow(false)
    setFrom(Math.max(0, Math.min(last, start + by)))
    setTarget({ selector: `[data-first="${edge * BLOCK}"]`, block })
  }
  const scrolled = () => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = box.current ?? {}
    const atEnd = after <= 0 && scrollHeight - scrollTop - clientHeight < AT_END_PX
    // A window that stays where it is must not move on with each line that is written.
    if (!atEnd && follow) setFrom(start)
    if (atEnd !== follow) onFollow(atEnd)
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
      {start > 0 && (
        <Move onClick={() => move(-BLOCKS_STEP, 'start')}>
          Show more of the {formatCount(start * BLOCK)} lines before these
        </Move>
      )}
      {blocks.map(({ first, lines: block }) => (
        <Block key={first} first={first} lines={block} words={words} place={placeIn(first, place)} />
      ))}
      {after > 0 ? (
        <Move onClick={() => move(BLOCKS_STEP, 'end')}>Show more of the {formatCount(after)} lines after these</Move>
      ) : (
        end
      )}
    </section>
  )
}

function Move({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" onClick={onClick} className="my-1 ml-6 font-sans text-13 underlined max-md:ml-4">
      {children}
    </button>
  )
}

interface BlockProps {
  /** How many lines stand before it: the same for ever, since lines are only added at the end. */
  readonly first: number
  readonly lines: readonly OutputLine[]
  readonly words: string
  readonly place: number | null
}

const Block = memo(
  function Block({ first, lines, words, place }: BlockProps) {
    return (
      <div data-first={first} className="[contain-intrinsic-size:auto_3600px] [content-visibility:auto]">
        {lines.map((line, index) =>
          line.kind === 'gap' ? (
            <OutputGap key={line.key} gap={line} />
          ) : (
            <OutputText
              key={line.key}
              line={line}
              place={first + index}
              words={words}
              found={first + index === place}
            />
          ),
        )}
      </div>
    )
  },
  (before, after) =>
    before.words === after.words &&
    before.place === after.place &&
    before.lines.length === after.lines.length &&
    before.lines.every((line, index) => line === after.lines[index]),
)

function placeIn(first: number, place: number | null): number | null {
  return place !== null && place >= first && place < first + BLOCK ? place : null
}

function blocksOf(lines: readonly OutputLine[], start: number): { first: number; lines: readonly OutputLine[] }[] {
  const count = Math.min(BLOCKS_SHOWN, Math.ceil(lines.length / BLOCK) - start)
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const first = (start + index) * BLOCK
    return { first, lines: lines.slice(first, first + BLOCK) }
  })
}
