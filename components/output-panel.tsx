'use client'

import { type ReactNode, useDeferredValue, useMemo, useState } from 'react'
import type { Attempt, Stream, Task } from '#lib/task/schema.ts'
import { DownloadLink } from './download-link.tsx'
import { formatBytes, formatClock, formatCount, plural } from './format.ts'
import { type LiveOutput, useLiveOutput } from './live-output.ts'
import { OutputFind } from './output-find.tsx'
import { createLineReader, missingOf, placesOf } from './output-lines.ts'
import { OutputLog } from './output-log.tsx'
import { Segments } from './ui/tabs.tsx'

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

interface OutputEndProps {
  task: Task
  attempt: Attempt | null
  output: LiveOutput
  empty: boolean
}

/** Below the last line: why nothing more comes, or that nothing came yet. */
function OutputEnd({ task, attempt, output, empty }: OutputEndProps) {
  if (attempt === null) return <Note>Not begun, so nothing is written.</Note>
  if (!output.loaded) return <Note late>Reading the output…</Note>
  if (attempt.finishedAt === null) return empty ? <Note>Running, and nothing written yet.</Note> : null
  if (attempt.status !== 'interrupted') return empty ? <Note>Ended without output.</Note> : null
  const last = output.chunks.at(-1)
  return (
    <div className="mx-6 mt-2 border-warn-fill border-t-2 pt-2 font-sans text-12 text-warn-fg max-md:mx-4">
      <p className="flex flex-wrap gap-x-4">
        {last && <span>{formatClock(last.at, 'milliseconds')} last output</span>}
        {attempt.lastHeartbeatAt !== null && <span>{formatClock(attempt.lastHeartbeatAt)} last heartbeat</span>}
        <span>{formatClock(attempt.finishedAt)} interrupted</span>
      </p>
      {task.sealedAt === null && attempt.attempt === task.attempt && (
        <p className="pt-2 text-ink-3">Attempt {attempt.attempt + 1} would go on here.</p>
      )}
    </div>
  )
}

function Note({ late = false, children }: { late?: boolean; children: ReactNode }) {
  return <p className={`${late ? 'late' : ''} px-6 font-sans text-13 text-ink-3 max-md:px-4`}>{children}</p>
}
