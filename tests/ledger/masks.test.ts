/** Contents under rules of masks: each reader sees what the role may, workers what they were given, and looks past it are on record. */
import { expect, it } from 'vitest'
import {
  appendOutput,
  type Context,
  claimTasks,
  createTask,
  getCheckpoint,
  getTask,
  listEvents,
  listTasks,
  readOutput,
  saveCheckpoint,
  unmaskTask,
} from '#lib/ledger/index.ts'
import { MASKED } from '#lib/task/masks.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { Settings } from '#lib/task/settings.ts'
import { begin, codeOf, finish, freshId, hire, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const EMAIL = 'ana@example.org'
const policy = createPolicy(
  Settings.parse({
    viewersSee: ['payload', 'errors', 'output'],
    masks: [
      { keys: ['customer'], patterns: ['[\\w.]{1,64}@[\\w.]{1,100}'] },
      { roles: ['viewer'], keys: ['prompt'] },
    ],
  }),
)
const payload = { customer: { name: 'Ana' }, note: `write to ${EMAIL}`, prompt: 'fix the login' }

const as = (ledger: Ledger, role: Context['actor']['role']) =>
  ledger.contextOf({ policy, actor: { kind: 'person', name: role, role } })

async function stage(ledger: Ledger) {
  const { ref } = await begin(ledger, { payload, maxRetries: 1 })
  const message = { id: freshId('m'), stream: 'stdout' as const, sequence: 1, data: `mailed ${EMAIL}\n` }
  await appendOutput(ledger.context, { ...ref, messages: [message] })
  await saveCheckpoint(ledger.context, { ...ref, turn: 1, state: { customer: 'Ana', step: 3 } })
  const error = { class: 'MailError', message: `no such box: ${EMAIL}` }
  await finish(ledger, ref, { outcome: 'failed', error, artifacts: { sent: [EMAIL] } })
  return ref
}

forEachDialect('contents under masks', (open) => {
  it.each(['operator', 'admin'] as const)('are masked for an %s, wherever they are read', async (role) => {
    const ledger = await open()
    const { taskId } = await stage(ledger)
    const context = as(ledger, role)
    const masked = { customer: MASKED, note: `write to ${MASKED}`, prompt: 'fix the login' }
    const { task, attempts } = await getTask(context, { taskId })
    expect(task).toMatchObject({
      payload: masked,
      errorMessage: `no such box: ${MASKED}`,
      artifacts: { sent: [MASKED] },
    })
    expect(attempts[0]?.errorMessage).toBe(`no such box: ${MASKED}`)
    expect((await readOutput(context, { taskId })).chunks[0]?.data).toBe(`mailed ${MASKED}\n`)
    const { checkpoint } = await getCheckpoint(context, { taskId, turn: 1 })
    expect(checkpoint.state).toEqual({ customer: MASKED, step: 3 })
    expect(JSON.stringify(await listTasks(context, {}))).not.toContain(EMAIL)
  })

  it('are masked for a viewer by more rules, and hidden whole without viewersSee', async () => {
    const ledger = await open()
    const { taskId } = await stage(ledger)
    expect((await getTask(as(ledger, 'viewer'), { taskId })).task.payload).toMatchObject({ prompt: MASKED })
    const strict = createPolicy({ ...policy.settings, viewersSee: [] })
    const { task } = await getTask({ ...as(ledger, 'viewer'), policy: strict }, { taskId })
    expect(task.payload).toBe('[hidden from viewers]')
  })

  it('are whole for the worker that takes the task', async () => {
    const ledger = await open()
    await createTask(ledger.context, taskOf({ payload }))
    const worker = await hire(ledger)
    const context = ledger.contextOf({ policy, actor: { kind: 'worker', name: 'w', role: 'worker' } })
    const [claimed] = await claimTasks(context, { workerId: worker.id, requestId: freshId('request') })
    expect(claimed?.payload).toEqual(payload)
  })

  it('are shown whole for a reason that history keeps', async () => {
    const ledger = await open()
    const { taskId } = await stage(ledger)
    const reason = 'the customer asked what we sent'
    expect(await unmaskTask(as(ledger, 'admin'), { taskId, reason })).toEqual({
      ...{ payload, artifacts: { sent: [EMAIL] }, errorMessage: `no such box: ${EMAIL}` },
    })
    const [event] = (await listEvents(ledger.context, { taskId })).events
    expect(event).toMatchObject({ type: 'task.unmasked', reason, actor: { name: 'admin' }, attempt: 1 })
    expect(await codeOf(unmaskTask(as(ledger, 'admin'), { taskId: 'none', reason }))).toBe('not_found')
  })
})
