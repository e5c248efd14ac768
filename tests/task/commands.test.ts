import { describe, expect, it } from 'vitest'
import * as commands from '#lib/task/commands.ts'
import { Id, Instant, Json, Labels, Line, Skills } from '#lib/task/schema.ts'

const REF = { taskId: 'task-1', workerId: 'worker-1', attempt: 1 }
const REPORT = { ...REF, messageId: 'message-1', outcome: 'success' }
const WORKER = { host: 'dev-1', pid: 4411 }
const MESSAGE = { id: 'm-1', stream: 'stdout', sequence: 1, data: 'hello' }

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success

describe('every command', () => {
  const objects = Object.entries(commands).filter(([name]) => !/^(Adopt)/.test(name))

  it.each(objects)('%s refuses a field that it does not know', (_name, schema) => {
    const answer = schema.safeParse({ unheardOf: 1 })
    expect(answer.success).toBe(false)
    expect(JSON.stringify(answer.error?.issues)).toContain('unrecognized_keys')
  })
})

describe('an id', () => {
  it.each(['a', '01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419', 'a.b_c:d@e-f', 'x'.repeat(128)])('may be %s', (id) => {
    expect(accepts(Id, id)).toBe(true)
  })

  it.each(['', ' ', 'a b', 'a/b', '-a', '.', 'a\u0000', 'a\n', 'ä', 'x'.repeat(129), 5, null])(
    'may not be %j',
    (id) => {
      expect(accepts(Id, id)).toBe(false)
    },
  )
})

describe('an instant', () => {
  it.each(['2026-11-21T08:00:00.123Z', '2026-11-21T08:00:00Z', '2026-11-21T13:30:00+05:30'])('may be %s', (text) => {
    expect(accepts(Instant, text)).toBe(true)
    expect(Date.parse(text)).not.toBeNaN()
  })

  it.each(['2026-11-21T08:00:00', '2026-11-21', '2026-02-30T00:00:00Z', 'soon', 1_763_712_000_000])(
    'may not be %j',
    (text) => {
      expect(accepts(Instant, text)).toBe(false)
    },
  )
})

describe('a line and its kin', () => {
  it.each(['two\nlines', 'bell\u0007', 'nul\u0000', '', '   ', '\u00a0', 'x'.repeat(501)])(
    'a line may not be %j',
    (text) => {
      expect(accepts(Line, text)).toBe(false)
    },
  )

  it.each([' Fix login ', 'é', '修正', '🙂'])('a line may be %j', (text) => {
    expect(accepts(Line, text)).toBe(true)
  })

  it('costs are sums that a number can still be', () => {
    for (const costUsd of [0, 0.000001, 1_000_000_000])
      expect(accepts(commands.FinishAttempt, { ...REPORT, costUsd })).toBe(true)
    for (const costUsd of [-0.01, 1_000_000_000.01, 1e308])
      expect(accepts(commands.FinishAttempt, { ...REPORT, costUsd })).toBe(false)
  })

  it('labels are up to fifty short texts under plain keys', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']))
    expect(accepts(Labels, { 'team/core': 'a b' })).toBe(true)
    expect(accepts(Labels, many(50))).toBe(true)
    expect(accepts(Labels, many(51))).toBe(false)
    expect(accepts(Labels, { 'a b': 'c' })).toBe(false)
    expect(accepts(Labels, { a: 1 })).toBe(false)
  })

  it('skills are names', () => {
    expect(accepts(Skills, ['git', 'compensate:branch', 'c++'])).toBe(true)
    expect(accepts(Skills, ['two words'])).toBe(false)
  })

  it('JSON may be nested a hundred levels deep, and a deeper one is refused without a crash', () => {
    const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
    expect(accepts(Json, nested(100))).toBe(true)
    expect(accepts(Json, nested(102))).toBe(false)
    expect(accepts(Json, nested(500_000))).toBe(false)
    expect(accepts(Json, { a: { b: [undefined] } })).toBe(false)
  })
})

describe('registerWorker', () => {
  it('refuses a heartbeat as long as the lease, asked for or by default', () => {
    expect(accepts(commands.RegisterWorker, { ...WORKER, leaseMs: 10_000, heartbeatMs: 9_999 })).toBe(true)
    expect(accepts(commands.RegisterWorker, { ...WORKER, leaseMs: 10_000, heartbeatMs: 10_000 })).toBe(false)
    expect(accepts(commands.RegisterWorker, { ...WORKER, heartbeatMs: 30_000 })).toBe(false)
  })

  it.each([{ leaseMs: 4_999 }, { leaseMs: 3_600_001 }, { slots: 0 }, { pid: 0 }, { pid: 2 ** 31 }, { host: '' }])(
    'refuses %j',
    (changes) => {
      expect(accepts(commands.RegisterWorker, { ...WORKER, ...changes })).toBe(false)
    },
  )
})

describe('a write of a worker', () => {
  it.each([{ attempt: 0 }, { attempt: 1.5 }, { attempt: 2 ** 31 }, { attempt: '1' }, { taskId: '' }, { workerId: '' }])(
    'is refused with %j',
    (changes) => {
      expect(accepts(commands.FinishAttempt, { ...REPORT, ...changes })).toBe(false)
      expect(accepts(commands.AppendOutput, { ...REF, messages: [MESSAGE], ...changes })).toBe(false)
      expect(accepts(commands.LinkSession, { ...REF, sessionId: 's', ...changes })).toBe(false)
      expect(accepts(commands.ReportProgress, { ...REF, ...changes })).toBe(false)
    },
  )

  it.each([
    [{ id: '' }],
    [{ stream: '' }],
    [{ stream: 'stdin' }],
    [{ sequence: 0 }],
    [{ sequence: -1 }],
    [{ sequence: 2 ** 31 }],
    [{ dropped: { from: 2, to: 1, bytes: 1 } }],
    [{ dropped: { from: 1, to: 1, bytes: -1 } }],
    [{ sequence: 5, dropped: { from: 1, to: 3, bytes: 1 } }],
  ])('is refused with an output message of %j', (changes) => {
    expect(accepts(commands.AppendOutput, { ...REF, messages: [{ ...MESSAGE, ...changes }] })).toBe(false)
  })

  it('is refused with no output message, or with too many', () => {
    const messages = (count: number) => Array.from({ length: count }, (_, n) => ({ ...MESSAGE, sequence: n + 1 }))
    expect(accepts(commands.AppendOutput, { ...REF, messages: [] })).toBe(false)
    expect(accepts(commands.AppendOutput, { ...REF, messages: messages(1000) })).toBe(true)
    expect(accepts(commands.AppendOutput, { ...REF, messages: messages(1001) })).toBe(false)
  })
})

describe('finishAttempt', () => {
  it('takes failure for what it calls failed', () => {
    expect(commands.FinishAttempt.parse({ ...REPORT, outcome: 'failure' }).outcome).toBe('failed')
  })

  it.each([
    { outcome: 'running' },
    { outcome: 'done' },
    { costUsd: -1 },
    { turns: -1 },
    { turns: 2 ** 31 },
    { exitCode: 256 },
  ])('refuses %j', (changes) => {
    expect(accepts(commands.FinishAttempt, { ...REPORT, ...changes })).toBe(false)
  })
})

describe('an act of a person', () => {
  it.each([
    ['failing', commands.FailTask],
    ['cancelling', commands.CancelTask],
    ['reassigning', commands.ReassignTask],
  ])('%s is refused without a reason', (_act, schema) => {
    expect(accepts(schema, { taskId: 'task-1', reason: 'as agreed' })).toBe(true)
    expect(accepts(schema, { taskId: 'task-1' })).toBe(false)
    for (const reason of ['', '   ']) expect(accepts(schema, { taskId: 'task-1', reason })).toBe(false)
  })

  it('a note is refused without a text', () => {
    for (const text of ['', ' \n\t']) expect(accepts(commands.NoteTask, { taskId: 'task-1', text })).toBe(false)
    expect(accepts(commands.NoteTask, { taskId: 'task-1', text: 'two\nlines' })).toBe(true)
  })
})

describe('listTasks', () => {
  it('takes a list as one text with commas, as a URL has it', () => {
    expect(commands.ListTasks.parse({ status: 'running,failed', issue: '1104' })).toEqual({
      status: ['running', 'failed'],
      issue: 1104,
    })
  })

  it.each([
    { status: 'lost' },
    { limit: 0 },
    { limit: 501 },
    { since: '2026-11-21' },
    { issue: 'x' },
    { issue: 2 ** 31 },
    { cost: 'much' },
    { attempts: '-1' },
    { cause: 'bad luck' },
    { not: 'words' },
    { not: 'status:lost' },
    { not: 'issue:0' },
    { not: 'repo:a '.repeat(21) },
  ])('refuses %j', (query) => {
    expect(accepts(commands.ListTasks, query)).toBe(false)
  })
})
