/** Chunks as they arrived, cut into the lines that a person reads. Pure. */
import type { OutputChunk, Stream } from '#lib/task/schema.ts'

export type OutputLine =
  | { readonly kind: 'line'; readonly key: string; readonly at: string; readonly stream: Stream; readonly text: string }
  | { readonly kind: 'gap'; readonly key: string; readonly stream: Stream; readonly dropped: Dropped }

type Dropped = NonNullable<OutputChunk['dropped']>

export interface LineReader {
  /** A line that is cut by the end of a chunk goes on in the next chunk of its stream. */
  read(chunks: readonly OutputChunk[], stream: Stream | 'both'): readonly OutputLine[]
}

/** Remembers what it has cut: of chunks that only grew, it cuts the new ones, however long the log is. */
export function createLineReader(): LineReader {
  let lines: readonly OutputLine[] = []
  let open: Partial<Record<Stream, number>> = {}
  let of: { stream: Stream | 'both'; first: string | undefined; done: number } | undefined

  return {
    read(chunks, stream) {
      const first = chunks[0]?.id
      if (of === undefined || of.stream !== stream || of.first !== first || of.done > chunks.length) {
        lines = []
        open = {}
        of = { stream, first, done: 0 }
      }
      const fresh = chunks.slice(of.done).filter((chunk) => stream === 'both' || chunk.stream === stream)
      of = { stream, first, done: chunks.length }
      if (fresh.length === 0) return lines
      const all = [...lines]
      for (const chunk of fresh) {
        if (chunk.dropped !== null) {
          all.push({ kind: 'gap', key: `gap-${chunk.id}`, stream: chunk.stream, dropped: chunk.dropped })
          delete open[chunk.stream]
        }
        addLines(all, open, chunk)
      }
      lines = all
      return lines
    },
  }
}

/** The places of the lines that hold the words, whatever their case. */
export function placesOf(lines: readonly OutputLine[], words: string): number[] {
  const wanted = words.toLowerCase()
  if (wanted === '') return []
  return lines.flatMap((line, place) =>
    line.kind === 'line' && line.text.toLowerCase().includes(wanted) ? [place] : [],
  )
}

function addLines(lines: OutputLine[], open: Partial<Record<Stream, number>>, chunk: OutputChunk): void {
  const parts = plainText(chunk.data).split('\n')
  for (const [index, text] of parts.entries()) {
    const last = index === parts.length - 1
    const begun = index === 0 ? open[chunk.stream] : undefined
    const before = begun === undefined ? undefined : lines[begun]
    if (begun !== undefined && before?.kind === 'line') lines[begun] = { ...before, text: before.text + text }
    else if (text !== '' || !last) {
      lines.push({ kind: 'line', key: `${chunk.id}-${index}`, at: chunk.at, stream: chunk.stream, text })
    }
    if (!last) delete open[chunk.stream]
    else if (text !== '' && (begun === undefined || before === undefined)) open[chunk.stream] = lines.length - 1
  }
}

export function missingOf(chunks: readonly OutputChunk[]): { messages: number; bytes: number } {
  const gaps = chunks.flatMap(({ dropped }) => dropped ?? [])
  return {
    messages: gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0),
    bytes: gaps.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

const TERMINAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences of terminals are what is taken out
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g

/** Colours and cursor moves of a terminal mean nothing here; of a line that was drawn over, the last drawing counts. */
function plainText(data: string): string {
  return data
    .replaceAll(TERMINAL, '')
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\n]*\r(?!\n)/g, '')
}
