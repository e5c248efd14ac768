import { expect, it } from 'vitest'
import { appendOutput, readOutput } from '#lib/ledger/index.ts'
import type { OutputMessage } from '#lib/task/commands.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import { begin, type Ref } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const KIB = 1024

function chunk(sequence: number, changes: Partial<OutputMessage> = {}): OutputMessage {
  const stream = changes.stream ?? 'stdout'
  const head = `${stream} ${sequence} `
  return { id: `${stream}-${sequence}`, stream, sequence, data: head.padEnd(10 * KIB, '.'), ...changes }
}

forEachDialect('the cap of output', (open) => {
  const policy = createPolicy(settingsOf({ outputBytesMax: 64 * KIB }))
  const send = (ledger: Ledger, ref: Ref, messages: OutputMessage[]) =>
    appendOutput(ledger.contextOf({ policy }), { ...ref, messages })
  const kept = async (ledger: Ledger, ref: Ref) => (await readOutput(ledger.context, { taskId: ref.taskId })).chunks

  it('is not felt below it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await send(
      ledger,
      ref,
      [1, 2, 3, 4, 5, 6].map((sequence) => chunk(sequence)),
    )
    expect((await kept(ledger, ref)).map(({ sequence, dropped }) => [sequence, dropped])).toEqual(
      [1, 2, 3, 4, 5, 6].map((sequence) => [sequence, null]),
    )
  })

  it('takes the oldest chunks, and the oldest that is left says which and how much', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await send(
      ledger,
      ref,
      Array.from({ length: 8 }, (_, index) => chunk(index + 1)),
    )
    const chunks = await kept(ledger, ref)
    expect(chunks.map(({ sequence }) => sequence)).toEqual([4, 5, 6, 7, 8])
    expect(chunks.map(({ dropped }) => dropped)).toEqual([{ from: 1, to: 3, bytes: 30 * KIB }, null, null, null, null])
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ output_bytes: 50 * KIB }])
  })

  it('adds up what went before, here and with the worker', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await send(ledger, ref, [chunk(3, { dropped: { from: 1, to: 2, bytes: 1000 } })])
    for (let sequence = 4; sequence <= 16; sequence += 1) await send(ledger, ref, [chunk(sequence)])
    const chunks = await kept(ledger, ref)
    const [first] = chunks
    expect(first?.dropped).toEqual({
      from: 1,
      to: (first?.sequence ?? 0) - 1,
      bytes: 1000 + 10 * KIB * ((first?.sequence ?? 0) - 3),
    })
    expect(chunks.length).toBeLessThanOrEqual(6)
    expect(chunks.at(-1)?.sequence).toBe(16)
  })

  it('leaves the last chunk of a stream that has long been silent', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await send(ledger, ref, [chunk(1, { stream: 'stderr' }), chunk(2, { stream: 'stderr' })])
    await send(
      ledger,
      ref,
      Array.from({ length: 12 }, (_, index) => chunk(index + 1)),
    )
    const errors = (await kept(ledger, ref)).filter(({ stream }) => stream === 'stderr')
    expect(errors).toMatchObject([{ sequence: 2, dropped: { from: 1, to: 1, bytes: 10 * KIB } }])
  })

  it('still acks what was sent again after it went', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await send(
      ledger,
      ref,
      Array.from({ length: 8 }, (_, index) => chunk(index + 1)),
    )
    expect((await send(ledger, ref, [chunk(1)])).acked).toEqual(['stdout-1'])
    expect((await kept(ledger, ref))[0]?.sequence).toBe(4)
  })

  it('counts for each attempt by itself', async () => {
    const ledger = await open()
    const refs = [(await begin(ledger)).ref, (await begin(ledger)).ref]
    for (const ref of refs)
      await send(
        ledger,
        ref,
        [1, 2, 3, 4, 5].map((sequence) => chunk(sequence)),
      )
    for (const ref of refs) expect(await kept(ledger, ref)).toHaveLength(5)
  })
})
