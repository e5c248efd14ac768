import { formatBytes, formatClock, formatCount } from '#components/look/format.ts'
import type { OutputLine } from './output-lines.ts'

interface OutputTextProps {
  line: Extract<OutputLine, { kind: 'line' }>
  place: number
  words: string
  /** The line that the search stands at. */
  found: boolean
}

export function OutputText({ line, place, words, found }: OutputTextProps) {
  const wrong = line.stream === 'stderr'
  return (
    <div
      data-line={place}
      aria-current={found ? 'true' : undefined}
      className="flex gap-5 px-6 aria-[current]:bg-select aria-[current]:outline aria-[current]:outline-focus aria-[current]:-outline-offset-1 max-md:gap-3 max-md:px-4"
    >
      <time dateTime={line.at} title={line.at} className="shrink-0 select-none text-ink-3">
        {formatClock(line.at)}
      </time>
      <span className={`min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere] ${wrong ? 'text-bad-fg' : ''}`}>
        {wrong && <span className="sr-only">stderr: </span>}
        <Marked text={line.text || ' '} words={words} />
      </span>
    </div>
  )
}

/** More of them in one line say nothing more, and a line may be a megabyte. */
const MARKS_MAX = 20

function Marked({ text, words }: { text: string; words: string }) {
  if (words === '') return text
  const wanted = words.toLowerCase()
  const lower = text.toLowerCase()
  // Where lower case is longer than the text, places would not match.
  if (lower.length !== text.length) return text
  const parts = []
  let from = 0
  for (let at = lower.indexOf(wanted); at !== -1 && parts.length < MARKS_MAX; at = lower.indexOf(wanted, from)) {
    parts.push(
      <span key={at}>
        {text.slice(from, at)}
        <mark className="bg-warn-bg text-ink underline">{text.slice(at, at + wanted.length)}</mark>
      </span>,
    )
    from = at + wanted.length
  }
  return (
    <>
      {parts}
      {text.slice(from)}
    </>
  )
}

/** What is gone is named: how much, of what, and why. */
export function OutputGap({ gap: { dropped, stream } }: { gap: Extract<OutputLine, { kind: 'gap' }> }) {
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
