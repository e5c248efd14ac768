'use client'

import { useDeferredValue, useMemo, useState } from 'react'
import { formatBytes, formatCount, plural } from '#components/look/format.ts'
import { DownloadLink } from '#components/ui/download-link.tsx'
import { Segments } from '#components/ui/tabs.tsx'
import type { Attempt, Stream, Task } from '#lib/task/schema.ts'
import { type LiveOutput, useLiveOutput } from './live-output.ts'
import { OutputEnd } from './output-end.tsx'
import { OutputFind } from './output-find.tsx'
import { createLineReader, missingOf, placesOf } from './output-lines.ts'
import { OutputLog } from './output-log.tsx'

const STREAMS = [
  { value: 'both', label: 'Both' },
  { value: 'stdout', label: 'stdout' },
  { value: 'stderr', label: 'stderr' },
] as const

/** The output of one attempt, read to its end and followed from there. */
export function OutputPanel({ task, attempts }: { task: Task; attempts: readonly Attempt[] }) {
  const newest = attempts[0]?.attempt ?? null
  const [chosen, setChosen] = useState<number | null>(null)
  const [stream, setStream] = useState<Stream | 'both'>('both')
  const [follow, setFollow] = useState(true)
  const shown = attempts.find(({ attempt }) => attempt === (chosen ?? newest)) ?? null
  const output = useLiveOutput(task.id, shown?.attempt ?? null, shown !== null && shown.finishedAt === null)
  const [reader] = useState(createLineReader)
  const lines = reader.read(output.chunks, stream)
  const [words, setWords] = useState('')
  const sought = useDeferredValue(words)
  const places = useMemo(() => placesOf(lines, sought), [lines, sought])
  const [place, setPlace] = useState<number | null>(null)
  const goTo = (next: number | null) => {
    setPlace(next)
    if (next !== null) setFollow(false)
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-10 flex-wrap items-center justify-between gap-x-4 px-4 max-xl:border-line max-xl:border-b max-md:px-2 xl:absolute xl:top-0 xl:right-2 xl:left-[236px]">
        <AttemptChoice attempts={attempts} shown={shown} onChange={setChosen} />
        <Segments label="Stream" value={stream} choices={STREAMS} onChange={setStream} />
      </div>
      <OutputLog
        lines={lines}
        follow={follow}
        onFollow={setFollow}
        words={sought}
        place={place}
        end={<OutputEnd task={task} attempt={shown} output={output} empty={lines.length === 0} />}
      />
      <div className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 border-line border-t px-6 text-12 max-md:px-4">
        <label className="touch flex items-center gap-2">
          <input
            type="checkbox"
            checked={follow}
            onChange={(event) => setFollow(event.target.checked)}
            className="size-3.5 accent-ink"
          />
          Follow
        </label>
        <OutputFind words={words} onWords={setWords} places={places} place={place} onPlace={goTo} />
        <p className="ml-auto text-ink-2">
          {output.failed ? 'Not answered, asking again.' : sizeOf(output, lines.length, shown)}
        </p>
        {shown !== null && (
          <DownloadLink
            href={`/exports/tasks/${encodeURIComponent(task.id)}/output?attempt=${shown.attempt}`}
            kind="quiet"
            size="small"
          >
            Download
          </DownloadLink>
        )}
      </div>
    </div>
  )
}

/** Beyond so many they no longer stand side by side. */
const SIDE_BY_SIDE = 6

interface AttemptChoiceProps {
  attempts: readonly Attempt[]
  shown: Attempt | null
  onChange: (attempt: number) => void
}

function AttemptChoice({ attempts, shown, onChange }: AttemptChoiceProps) {
  const value = String(shown?.attempt ?? '')
  if (attempts.length > SIDE_BY_SIDE) {
    return (
      <select
        aria-label="Attempt"
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
        className="h-7 rounded-6 border border-control bg-raised px-1.5 text-12"
      >
        {attempts.map(({ attempt }) => (
          <option key={attempt} value={attempt}>
            Attempt {attempt}
          </option>
        ))}
      </select>
    )
  }
  return (
    <Segments
      label="Attempt"
      value={value}
      choices={attempts.map(({ attempt }) => ({
        value: String(attempt),
        label: attempt === shown?.attempt ? `Attempt ${attempt}` : String(attempt),
      }))}
      onChange={(chosen) => onChange(Number(chosen))}
    />
  )
}

function sizeOf({ chunks }: LiveOutput, lines: number, attempt: Attempt | null): string {
  const missing = missingOf(chunks).messages
  const gone = missing === 0 ? '' : `, ${formatCount(missing)} messages missing`
  // While it is being written, the record of the attempt is older than the lines.
  const size = attempt?.finishedAt == null ? '' : `, ${formatBytes(attempt.outputBytes)}`
  return `${plural(lines, 'line')}${gone}${size}`
}
