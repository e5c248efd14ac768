import { describe, expect, it } from 'vitest'
import { createLineReader, placesOf } from '#components/output/output-lines.ts'
import type { OutputChunk } from '#lib/task/schema.ts'

function chunkOf(position: number, data: string, changes: Partial<OutputChunk> = {}): OutputChunk {
  const at = '2026-11-21T08:00:00.000Z'
  return {
    id: `m${position}`,
    attempt: 1,
    stream: 'stdout',
    sequence: position,
    data,
    dropped: null,
    at,
    position,
    ...changes,
  }
}

const textsOf = (lines: readonly { kind: string; text?: string }[]) => lines.map(({ kind, text }) => text ?? kind)

describe('the lines of an output', () => {
  const chunks = [
    chunkOf(1, 'one\ntw'),
    chunkOf(2, 'err', { stream: 'stderr' }),
    chunkOf(3, 'o\nthree\n'),
    chunkOf(4, 'or\n', { stream: 'stderr' }),
    chunkOf(8, 'eight\n', { dropped: { from: 5, to: 7, bytes: 20 } }),
  ]

  it('go on where a chunk cut them, in their own stream, and name what is gone', () => {
    expect(textsOf(createLineReader().read(chunks, 'both'))).toEqual(['one', 'two', 'error', 'three', 'gap', 'eight'])
    expect(textsOf(createLineReader().read(chunks, 'stderr'))).toEqual(['error'])
  })

  it('are the same read at once or as they arrive, and those before stay what they were', () => {
    const reader = createLineReader()
    const whole = createLineReader().read(chunks, 'both')
    const first = reader.read(chunks.slice(0, 3), 'both')
    expect(reader.read(chunks, 'both')).toEqual(whole)
    expect(reader.read(chunks, 'both')[0]).toBe(first[0])
    expect(reader.read(chunks, 'both')).toBe(reader.read(chunks, 'both'))
  })

  it('begin anew for another stream, another attempt, and when the oldest have left the page', () => {
    const reader = createLineReader()
    reader.read(chunks, 'both')
    expect(textsOf(reader.read(chunks, 'stdout'))).toEqual(['one', 'two', 'three', 'gap', 'eight'])
    expect(textsOf(reader.read(chunks.slice(2), 'stdout'))).toEqual(['o', 'three', 'gap', 'eight'])
    expect(textsOf(reader.read([chunkOf(1, 'other', { id: 'x' })], 'stdout'))).toEqual(['other'])
  })

  it('are found by words in any case', () => {
    const lines = createLineReader().read(chunks, 'both')
    expect(placesOf(lines, 'E')).toEqual([0, 2, 3, 5])
    expect(placesOf(lines, 'zebra')).toEqual([])
    expect(placesOf(lines, '')).toEqual([])
  })
})
