/** The rarer acts on one task, under More…: hold and release, undo, adopt what came late, quarantine. */
import type { Page } from '@playwright/test'
import type { CreateTask } from '#lib/task/commands.ts'
import { expect, openDesk, openSignedIn, taskPage, test } from '../support/operator.ts'

const desk = openDesk()
let count = 0

async function run(fields: Partial<CreateTask> = {}) {
  count += 1
  const { worker } = await desk.client.call('registerWorker', { host: 'elsewhere', pid: 7, name: `elsewhere/${count}` })
  const task = { id: `task-${count}`, title: 'Fix login', start: { workerId: worker.id }, ...fields }
  await desk.client.call('createTask', { strategy: 'hold-for-operator', ...task })
  return { taskId: task.id, workerId: worker.id, attempt: 1 }
}

async function open(page: Page, { taskId }: { taskId: string }) {
  await openSignedIn(page, desk.server, `/tasks/${taskId}`)
  const task = taskPage(page)
  const choose = async (name: string) => {
    await task.act('More…').click()
    await page.getByRole('button', { name: new RegExp(`^${name}`) }).click()
  }
  const confirm = async (name: string, reason = 'the disk is full') => {
    await task.dialog.getByLabel('Reason').fill(reason)
    await task.dialog.getByRole('button', { name }).click()
    await expect(task.dialog).toBeHidden()
  }
  return { ...task, choose, confirm }
}

test('holds a queued task until it is released', async ({ page }) => {
  const { task: record } = await desk.client.call('createTask', { id: 'queued', title: 'Fix login' })
  const task = await open(page, { taskId: record.id })
  await task.choose('Hold')
  await task.confirm('Hold the task')
  await expect(task.next).toContainText('Nothing happens by itself')
  await expect(task.next).toContainText('holds it: the disk is full')
  await task.act('More…').click()
  await expect(page.getByRole('button', { name: /^Hold/ })).toHaveAttribute('aria-disabled', 'true')
  await expect(page.getByText(/^Hold is refused: it is held since/)).toBeVisible()
  await page.keyboard.press('Escape')
  await task.choose('Release')
  await task.confirm('Release the task')
  await expect(task.next).toContainText('Runs as soon as any worker takes it')
  expect((await task.events()).slice(0, 2)).toEqual(['task.released', 'task.held'])
})

test('adopts the report of a worker that came back too late', async ({ page }) => {
  const first = await run()
  await desk.client.call('declareDead', { workerId: first.workerId, reason: 'its host burnt down' })
  const { worker } = await desk.client.call('registerWorker', { host: 'elsewhere', pid: 8 })
  await desk.client.call('startAttempt', { taskId: first.taskId, workerId: worker.id, requestId: 'again' })
  const report = { ...first, messageId: 'late', outcome: 'success' as const, turns: 9 }
  await expect(desk.client.call('finishAttempt', report)).rejects.toMatchObject({ code: 'fence_rejected' })

  const task = await open(page, first)
  const late = page.getByRole('region', { name: 'Late reports' })
  await expect(late).toContainText('kept, not counted')
  await expect(late).toContainText('9 turns')
  await task.choose('Adopt a late report')
  await expect(task.dialog.getByLabel('Report')).toContainText('Attempt 1: success')
  await task.confirm('Adopt the report', 'its work was done')
  await expect(task.status).toHaveText('Success')
  await expect(late).toContainText('adopted')
  await expect(task.attempt(2)).toHaveAttribute('data-status', 'interrupted')
  await expect(task.attempt(3)).toHaveAttribute('data-status', 'success')
})

test('quarantines a running task, and releases it as a new one', async ({ page }) => {
  const task = await open(page, await run())
  await task.choose('Quarantine')
  await task.confirm('Quarantine the task', 'it fills the disk')
  await expect(task.status).toHaveText('Quarantined')
  await task.choose('Release')
  await task.confirm('Release the task', 'the disk is larger')
  await expect(task.status).toHaveText('Quarantined')
  await page.getByText('Goes on as').locator('..').getByRole('link').click()
  await expect(task.status).toHaveText('Queued')
  await expect(page.getByText('Released from')).toBeVisible()
})

test('undoes a task whose steps need nothing, and says what stands in the way of one that has none', async ({
  page,
}) => {
  const ref = await run({ sideEffects: true })
  await desk.client.call('finishAttempt', { ...ref, messageId: 'end', outcome: 'interrupted' })
  const task = await open(page, ref)
  await task.act('More…').click()
  await expect(page.getByText('Compensate is refused: no step is registered that would undo it.')).toBeVisible()
  await page.keyboard.press('Escape')
  await desk.client.call('registerCompensation', { taskId: ref.taskId, kind: 'none', reason: 'it only read' })
  await expect(task.timeline).toContainText('Nothing to undo:')
  await task.choose('Compensate')
  await task.confirm('Compensate the task', 'nobody wants it')
  await expect(task.status).toHaveText('Compensated')
})
