import { describe, expect, it } from 'vitest'
import * as commands from '#lib/task/act-commands.ts'
import { Settings } from '#lib/task/settings.ts'

const TASK = { taskId: 'task-1' }
const STEP = { ...TASK, kind: 'branch', target: 'fix-login', reason: 'made it' }
const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success

describe('every command', () => {
  it.each(Object.entries(commands))('%s refuses a field that it does not know', (_name, schema) => {
    const answer = schema.safeParse({ unheardOf: 1 })
    expect(JSON.stringify(answer.error?.issues)).toContain('unrecognized_keys')
  })

  const { HoldTask, ReleaseTask, QuarantineTask, CompensateTask } = commands
  it.each(Object.entries({ HoldTask, ReleaseTask, QuarantineTask, CompensateTask }))('%s needs a reason', (_, act) => {
    expect(accepts(act, { ...TASK, reason: 'why' })).toBe(true)
    expect(accepts(act, TASK)).toBe(false)
    expect(accepts(act, { ...TASK, reason: '' })).toBe(false)
  })
})

describe('registerCompensation', () => {
  it.each([
    STEP,
    { ...STEP, workerId: 'w', attempt: 1, id: 'one' },
    { ...TASK, kind: 'none', reason: 'it only read' },
    { ...STEP, kind: 'x'.repeat(50) },
  ])('takes %j', (command) => expect(accepts(commands.RegisterCompensation, command)).toBe(true))

  it.each([
    { ...STEP, workerId: 'w' },
    { ...STEP, attempt: 1 },
    { ...STEP, target: undefined },
    { ...STEP, target: '' },
    { ...STEP, target: 'x'.repeat(2001) },
    { ...STEP, kind: 'x'.repeat(51) },
    { ...STEP, kind: 'a:b' },
    { ...STEP, reason: undefined },
  ])('refuses %j', (command) => expect(accepts(commands.RegisterCompensation, command)).toBe(false))
})

describe('the settings of compensation', () => {
  it('take handlers by kind, and have a bound for everything', () => {
    const handlers = { branch: { url: 'https://git.internal/undo', secret: 'UNDO_SECRET' } }
    expect(accepts(Settings, { compensation: { handlers } })).toBe(true)
    expect(Settings.parse({}).compensation).toEqual({
      ...{ handlers: {}, triesMax: 3, timeoutMs: 10_000, backoffMs: 5000, workerTimeoutMs: 86_400_000 },
      concurrency: 4,
    })
  })

  it.each([
    { handlers: { branch: { url: 'ftp://x/' } } },
    { handlers: { branch: { url: 'https://user:pass@x/' } } },
    { handlers: { branch: { url: 'https://x/', secret: 'not a variable' } } },
    { handlers: { branch: { url: 'https://x/', unheardOf: 1 } } },
    { handlers: { none: { url: 'https://x/' } } },
    { handlers: { 'a:b': { url: 'https://x/' } } },
    { triesMax: 0 },
    { timeoutMs: 0 },
    { concurrency: 0 },
  ])('refuse %j', (compensation) => expect(accepts(Settings, { compensation })).toBe(false))
})
