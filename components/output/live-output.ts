'use client'

/** Invariant: chunks stand in the order of their positions, each once, whatever answers overlap. */
import { useEffect, useEffectEvent, useState } from 'react'
import { readRecord } from '#components/ui/read-record.ts'
import type { OutputChunk } from '#lib/task/schema.ts'

export interface LiveOutput {
  readonly chunks: readonly OutputChunk[]
  /** False until the first answer: then nothing written is a fact, not a guess. */
  readonly loaded: boolean
  readonly failed: boolean
}

const POLL_MS = 1000
const FAILED_POLL_MS = 5000
/** Long enough for the page that was just read to be drawn. */
const MORE_MS = 20
const PAGE = 500
/** The oldest leave the page beyond this; they stay on record. */
const CHUNKS_MAX = 20_000

const NOTHING: LiveOutput = { chunks: [], loaded: false, failed: false }

/** Reads an attempt's output from its beginning, then follows its end while it is being written. */
export function useLiveOutput(taskId: string, attempt: number | null, writing: boolean): LiveOutput {
  const [outputs, setOutputs] = useState<Readonly<Record<number, LiveOutput>>>({})
  const output = outputs[attempt ?? 0] ?? NOTHING

  const read = useEffectEvent(async (signal: AbortSignal): Promise<boolean> => {
    if (attempt === null) return false
    const after = output.chunks.at(-1)?.position ?? 0
    const place = { attempt: String(attempt), after: String(after), limit: String(PAGE) }
    const { chunks: page } = await readRecord<{ chunks: OutputChunk[] }>(`tasks/${taskId}/output`, place, signal)
    if (!signal.aborted && (page.length > 0 || !output.loaded || output.failed)) {
      setOutputs((all) => ({ ...all, [attempt]: added(all[attempt] ?? NOTHING, page) }))
    }
    return page.length === PAGE
  })
  const fail = useEffectEvent(() => setOutputs((all) => ({ ...all, [attempt ?? 0]: { ...output, failed: true } })))

  useEffect(() => {
    if (attempt === null) return
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout>
    const next = async () => {
      let waitMs = writing ? POLL_MS : null
      try {
        if (document.visibilityState === 'visible' && (await read(abort.signal))) waitMs = MORE_MS
      } catch {
        if (!abort.signal.aborted) fail()
        waitMs = FAILED_POLL_MS
      }
      if (waitMs !== null && !abort.signal.aborted) timer = setTimeout(next, waitMs)
    }
    void next()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [attempt, writing])
  return output
}

function added(before: LiveOutput, page: readonly OutputChunk[]): LiveOutput {
  const last = before.chunks.at(-1)?.position ?? 0
  const chunks = [...before.chunks, ...page.filter(({ position }) => position > last)].slice(-CHUNKS_MAX)
  return { chunks, loaded: before.loaded || page.length < PAGE, failed: false }
}
