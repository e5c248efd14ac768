import { expect, it } from 'vitest'
import {
  appendOutput,
  finishAttempt,
  getTask,
  listEvents,
  listTasks,
  readOutput,
  reportProgress,
} from '#lib/ledger/index.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf, type ViewerSight } from '#lib/task/settings.ts'
import { begin, finish, freshId, pass, type Ref, sweep } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, TABLES } from '../support/ledger.ts'

const SECRET = '16C7e42F292c6912E7710c838347Ae178B4a'
const TEXT = `push with ghp_${SECRET} refused`

/** Every row of every table, as one text. */
async function everything(ledger: Ledger): Promise<string> {
  const tables = await Promise.all(TABLES.map((table) => rowsOf(ledger, table)))
  return JSON.stringify(tables, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

forEachDialect('a secret', (open) => {
  const send = ({ context }: Ledger, ref: Ref, sequence: number, data: string) =>
    appendOutput(context, { ...ref, messages: [{ id: `m${sequence}`, stream: 'stdout', sequence, data }] })

  it('in an error, a reason or a note is masked before it is stored', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await reportProgress(ledger.context, { ...ref, note: TEXT })
    const task = await finish(ledger, ref, {
      outcome: 'failed',
      reason: TEXT,
      error: { class: 'PushError', message: TEXT },
    })
    expect(task).toMatchObject({ errorMessage: 'push with ghp_*** refused', reason: 'push with ghp_*** refused' })
    expect(await everything(ledger)).not.toContain(SECRET)
  })

  it('in a report that came too late is masked in what is kept of it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref)
    const error = { class: 'E', message: TEXT }
    await finishAttempt(ledger.context, { ...ref, messageId: 'late', outcome: 'failed', error }).catch(() => {})
    expect(await rowsOf(ledger, 'late_reports')).toHaveLength(1)
    expect(await everything(ledger)).not.toContain(SECRET)
  })

  it('in output is masked, also where two messages or two calls share it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const middle = TEXT.length / 2
    await send(ledger, ref, 1, TEXT.slice(0, middle))
    await send(ledger, ref, 2, `${TEXT.slice(middle)}\n`)
    await appendOutput(ledger.context, {
      ...ref,
      messages: [TEXT.slice(0, middle + 3), `${TEXT.slice(middle + 3)}\n`].map((data, index) => ({
        id: `b${index}`,
        stream: 'stdout',
        sequence: 3 + index,
        data,
      })),
    })
    expect(await everything(ledger)).not.toContain(SECRET.slice(-12))
    const { chunks } = await readOutput(ledger.context, { taskId: ref.taskId })
    expect(chunks.map(({ data }) => data).join('')).toBe('push with ghp_*** refused\npush with ghp_*** refused\n')
  })

  it.each([
    ['a token', TEXT, SECRET.slice(-12)],
    ['a password', '  "password": "correct-horse-battery",', 'battery'],
    ['a header', 'Authorization: Basic dXNlcjpodW50ZXIy', 'odW50ZXIy'],
    ['a connection', 'postgresql://application:hunter2-hunter2@db.acme.test/app', 'hunter2'],
    ['a key', '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----', 'AAKCAQEA7'],
  ])('in output is masked, however many calls bring %s letter by letter', async (_, text, part) => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    for (const [index, letter] of [...text, '\n', 'd', 'one\n'].entries()) await send(ledger, ref, index + 1, letter)
    const { chunks } = await readOutput(ledger.context, { taskId: ref.taskId, limit: 500 })
    const all = chunks.map(({ data }) => data).join('')
    expect(all).not.toContain(part)
    expect(all).toContain('***')
    expect(all.endsWith('\ndone\n')).toBe(true)
  })

  it('whose beginning its worker had to drop is masked behind the gap', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await send(ledger, ref, 1, 'before\n')
    const message = { id: 'm3', stream: 'stdout' as const, sequence: 3, data: `${SECRET.slice(4)} refused\n` }
    await appendOutput(ledger.context, { ...ref, messages: [{ ...message, dropped: { from: 2, to: 2, bytes: 9 } }] })
    const { chunks } = await readOutput(ledger.context, { taskId: ref.taskId })
    expect(chunks.map(({ data }) => data)).toEqual(['before\n', '*** refused\n'])
  })

  it('of one stream is not looked for in the other', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await send(ledger, ref, 1, 'a token ghp_abc')
    await appendOutput(ledger.context, {
      ...ref,
      messages: [{ id: 'e1', stream: 'stderr', sequence: 1, data: 'plain words\n' }],
    })
    const { chunks } = await readOutput(ledger.context, { taskId: ref.taskId })
    expect(chunks.map(({ data }) => data)).toEqual(['a token ghp_***', 'plain words\n'])
  })

  it('leaves its name and what stands around it in the history', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await reportProgress(ledger.context, { ...ref, note: TEXT })
    const { events } = await listEvents(ledger.context, { taskId: ref.taskId })
    expect(events.map(({ reason }) => reason)).toContain('push with ghp_*** refused')
  })
})

const MARKER = 'marker-7b1f'
const SNAPSHOT_KEYS = [
  ...['taskId', 'attempt', 'workerId', 'agent', 'status', 'turns', 'costUsd', 'messages', 'startedAt', 'endedAt'],
].sort()

forEachDialect('the snapshot of a loss', (open) => {
  const lossOf = async (ledger: Ledger, taskId: string) => {
    const { events } = await listEvents(ledger.context, { taskId })
    const told = events.find(({ data }) => data.snapshot !== undefined)
    return { events, snapshot: told?.data.snapshot as Record<string, unknown> }
  }
  const speak = async (ledger: Ledger, ref: Ref) => {
    for (const [index, stream] of (['stdout', 'stderr', 'stdout'] as const).entries()) {
      const message = {
        id: freshId('m'),
        stream,
        sequence: stream === 'stderr' ? 1 : index === 0 ? 1 : 2,
        data: MARKER,
      }
      await appendOutput(ledger.context, { ...ref, messages: [message] })
    }
  }

  it('has ids, counts and times of a failure, and nothing that anybody wrote', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { agent: 'coder', payload: { prompt: MARKER } })
    await speak(ledger, ref)
    const error = { class: 'E', message: MARKER }
    await finish(ledger, ref, { outcome: 'failed', error, turns: 7, costUsd: 0.5 })
    const { events, snapshot } = await lossOf(ledger, ref.taskId)
    expect(Object.keys(snapshot).sort()).toEqual(SNAPSHOT_KEYS)
    expect(snapshot).toMatchObject({ agent: 'coder', status: 'failed', turns: 7, costUsd: 0.5, messages: 3 })
    expect(JSON.stringify(events)).not.toContain(MARKER)
  })

  it('has the same of a death, and its hint has none of it either', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { payload: { prompt: MARKER } })
    await speak(ledger, ref)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const { events, snapshot } = await lossOf(ledger, ref.taskId)
    expect(Object.keys(snapshot).sort()).toEqual(SNAPSHOT_KEYS)
    expect(snapshot).toMatchObject({ status: 'interrupted', turns: null, costUsd: null, messages: 3 })
    expect(JSON.stringify(events)).not.toContain(MARKER)
  })

  it('is not told of a success', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref)
    expect((await lossOf(ledger, ref.taskId)).snapshot).toBeUndefined()
  })
})

forEachDialect('a viewer', (open) => {
  const contents = { payload: { prompt: MARKER }, error: { class: 'E', message: MARKER } }
  const seenBy = async (ledger: Ledger, viewersSee: ViewerSight[], role: 'viewer' | 'operator') => {
    const { ref } = await begin(ledger, { payload: contents.payload })
    await appendOutput(ledger.context, { ...ref, messages: [{ id: 'm', stream: 'stdout', sequence: 1, data: MARKER }] })
    await finish(ledger, ref, { outcome: 'failed', error: contents.error })
    const policy = createPolicy(settingsOf({ viewersSee }))
    const context = ledger.contextOf({ policy, actor: { kind: 'token', name: 'eve', role } })
    const { taskId } = ref
    return {
      detail: await getTask(context, { taskId }),
      list: await listTasks(context, {}),
      output: await readOutput(context, { taskId }),
      events: await listEvents(context, { taskId }),
    }
  }

  it('reads no payload, no error and no output, and sees that they are there', async () => {
    const seen = await seenBy(await open(), [], 'viewer')
    expect(JSON.stringify(seen)).not.toContain(MARKER)
    const hidden = '[hidden from viewers]'
    expect(seen.detail.task).toMatchObject({ payload: hidden, errorMessage: hidden, errorClass: 'E' })
    expect(seen.detail.attempts).toMatchObject([{ errorMessage: hidden }])
    expect(seen.output.chunks).toMatchObject([{ data: `${hidden}\n`, sequence: 1 }])
  })

  it.each([
    ['payload', (seen: Awaited<ReturnType<typeof seenBy>>) => seen.list.tasks[0]?.payload],
    ['errors', (seen: Awaited<ReturnType<typeof seenBy>>) => seen.detail.attempts[0]?.errorMessage],
    ['output', (seen: Awaited<ReturnType<typeof seenBy>>) => seen.output.chunks[0]?.data],
  ] as const)('reads the %s where the settings allow it', async (sight, part) => {
    expect(JSON.stringify(part(await seenBy(await open(), [sight], 'viewer')))).toContain(MARKER)
  })

  it('is the only one from whom it is hidden', async () => {
    const seen = await seenBy(await open(), [], 'operator')
    expect(seen.detail.task).toMatchObject({ payload: { prompt: MARKER }, errorMessage: MARKER })
    expect(seen.output.chunks).toMatchObject([{ data: MARKER }])
  })

  it('is not told that a task without a payload or an error had one', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const context = ledger.contextOf({ actor: { kind: 'token', name: 'eve', role: 'viewer' } })
    expect((await getTask(context, ref)).task).toMatchObject({ payload: null, errorMessage: null })
  })
})
