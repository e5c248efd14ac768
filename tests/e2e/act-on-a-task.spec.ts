/** The acts of an operator on one task: what they do, why they are refused, and who may not act at all. */
import type { Page } from '@playwright/test'
import type { CreateTask } from '#lib/task/commands.ts'
import type { Task } from '#lib/task/schema.ts'
import { expect, openDesk, openSignedIn, taskPage, test } from '../support/operator.ts'

const desk = openDesk()
const ACTS = ['Reassign…', 'Fail…', 'Cancel…', 'Note…']
let count = 0

async function queue(fields: Partial<CreateTask> = {}): Promise<Task> {
  count += 1
  const { task } = await desk.client.call('createTask', { id: `task-${count}`, title: 'Fix login', ...fields })
  return task
}

/** Under way on a worker of its own. */
async function run(fields: Partial<CreateTask> = {}) {
  const { worker } = await desk.client.call('registerWorker', { host: 'elsewhere', pid: 7, name: 'elsewhere/7' })
  const task = await queue({ start: { workerId: worker.id }, ...fields })
  return { task, worker, ref: { taskId: task.id, workerId: worker.id, attempt: 1 } }
}

/** Its worker was declared dead, and its strategy leaves what comes next to a person. */
async function interrupt(): Promise<Task> {
  const { task, worker } = await run({ strategy: 'hold-for-operator' })
  await desk.client.call('declareDead', { workerId: worker.id, reason: 'its host burnt down' })
  return task
}

async function open(page: Page, { id }: Task, token?: string) {
  await openSignedIn(page, desk.server, `/tasks/${id}`, token)
  return taskPage(page)
}

async function act(task: ReturnType<typeof taskPage>, name: string, words: string, confirm: string) {
  await task.act(name).click()
  await task.dialog.getByRole('textbox').fill(words)
  await task.dialog.getByRole('button', { name: confirm }).click()
}

test('fails a running task, which can be reassigned while a retry is left', async ({ page }) => {
  const { task: record } = await run()
  const task = await open(page, record)
  await act(task, 'Fail…', 'the agent runs in circles', 'Fail the task')
  await expect(task.dialog).toBeHidden()
  await expect(task.status).toHaveText('Failed')
  await expect(task.attempt(1)).toHaveAttribute('data-status', 'failed')
  expect((await task.events())[0]).toBe('task.failed')
  await expect(task.timeline).toContainText('the agent runs in circles')
  await expect(task.act('Reassign…')).not.toHaveAttribute('aria-disabled', 'true')
})

test('fails a task without retries for good', async ({ page }) => {
  const { task: record } = await run({ maxRetries: 0 })
  const task = await open(page, record)
  await act(task, 'Fail…', 'the agent runs in circles', 'Fail the task')
  await expect(task.status).toHaveText('Failed, sealed')
  await expect(task.next).toContainText('Nothing more happens: the task is sealed.')
  await expect(task.act('Reassign…')).toHaveAttribute('aria-disabled', 'true')
})

test('cancels a queued task, after which only a note is taken', async ({ page }) => {
  const task = await open(page, await queue())
  await act(task, 'Cancel…', 'nobody needs it any more', 'Cancel the task')
  await expect(task.status).toHaveText('Cancelled')
  for (const name of ['Reassign…', 'Fail…', 'Cancel…']) {
    await expect(task.act(name)).toHaveAttribute('aria-disabled', 'true')
  }
  await task.act('Fail…').hover()
  await expect(page.getByText(/^Fail is refused: the task is sealed since/)).toBeVisible()
  await task.act('Fail…').click({ force: true })
  await expect(task.dialog).toBeHidden()
  await act(task, 'Note…', 'see acme/api#1200 instead', 'Add the note')
  await expect(task.timeline).toContainText('see acme/api#1200 instead')
  expect((await task.events())[0]).toBe('task.noted')
  await expect(task.status).toHaveText('Cancelled')
})

test('asks the worker of a running task to stop, and shows when it did', async ({ page }) => {
  const { task: record, worker, ref } = await run()
  const task = await open(page, record)
  await act(task, 'Cancel…', 'nobody needs it any more', 'Cancel the task')
  await expect(task.next).toContainText('Cancel, as soon as elsewhere/7 hears of it')
  await expect(task.status).toHaveText('Running')
  const held = [{ taskId: record.id, attempt: 1 }]
  const beat = await desk.client.call('heartbeat', { workerId: worker.id, held })
  expect(beat.held).toMatchObject([{ verdict: 'cancel' }])
  await desk.client.call('finishAttempt', { ...ref, messageId: `end-${record.id}`, outcome: 'cancelled' })
  await expect(task.status).toHaveText('Cancelled')
})

test('takes a reassignment back before anybody starts it', async ({ page }) => {
  const record = await interrupt()
  const task = await open(page, record)
  await expect(task.status).toHaveText('Interrupted')
  await act(task, 'Reassign…', 'its host is gone', 'Reassign the task')
  await expect(task.status).toHaveText('Assigned')
  await expect(task.next.getByRole('timer')).toHaveText(/^00:(10|0\d)$/)
  await task.act('Undo').click()
  await expect(task.status).toHaveText('Interrupted')
  await expect(task.next).toContainText('undid the reassignment')
  expect((await task.events()).slice(0, 2)).toEqual(['task.reassignment_undone', 'task.reassigned'])
})

test('gives a task to the one worker that was chosen', async ({ page }) => {
  const record = await interrupt()
  const chosen = await desk.client.call('registerWorker', { host: 'elsewhere', pid: 8, name: 'the chosen one' })
  const other = await desk.client.call('registerWorker', { host: 'elsewhere', pid: 9 })
  const task = await open(page, record)
  await task.act('Reassign…').click()
  await task.dialog.getByLabel('One worker…').check()
  await task.dialog.getByLabel('Worker', { exact: true }).selectOption(chosen.worker.id)
  await task.dialog.getByLabel('Reason').fill('it has the files')
  await task.dialog.getByRole('button', { name: 'Reassign the task' }).click()
  await expect(task.next).toContainText('Offer it to the chosen worker.')
  const taskId = record.id
  const start = (workerId: string) => desk.client.call('startAttempt', { taskId, workerId, requestId: workerId })
  await expect(start(other.worker.id)).rejects.toMatchObject({ code: 'lease_conflict' })
  await expect(start(chosen.worker.id)).rejects.toMatchObject({ code: 'not_before' })
  await expect(async () => void (await start(chosen.worker.id))).toPass({ timeout: 15_000 })
  await expect(task.status).toHaveText('Running')
})

test('is told why an act is refused when the task was sealed meanwhile', async ({ page }) => {
  const record = await queue()
  const task = await open(page, record)
  await task.act('Reassign…').click()
  await task.dialog.getByLabel('Reason').fill('a worker with more memory')
  await desk.client.call('cancelTask', { taskId: record.id, reason: 'somebody else was faster' })
  await expect(task.status).toHaveText('Cancelled')
  await task.dialog.getByRole('button', { name: 'Reassign the task' }).click()
  await expect(task.dialog.getByRole('alert')).toContainText('Refused: ')
  await expect(task.dialog.getByRole('alert')).toContainText('sealed')
  await expect(task.dialog.getByLabel('Reason')).toHaveValue('a worker with more memory')
  expect((await desk.client.call('getTask', { taskId: record.id })).task.status).toBe('cancelled')
})

test('is told why a reassignment is refused when the last retry was used meanwhile', async ({ page }) => {
  const { task: record, worker, ref } = await run({ maxRetries: 1, strategy: 'hold-for-operator' })
  const taskId = record.id
  const fail = (attempt: number) =>
    desk.client.call('finishAttempt', { ...ref, attempt, messageId: `${taskId}-${attempt}`, outcome: 'failed' })
  await fail(1)
  const task = await open(page, record)
  await expect(task.act('Reassign…')).not.toHaveAttribute('aria-disabled', 'true')
  await task.act('Reassign…').click()
  await task.dialog.getByLabel('Reason').fill('a worker with more memory')

  // A colleague was faster, and it failed again.
  await desk.client.call('reassignTask', { taskId, reason: 'once more' })
  await desk.client.call('startAttempt', { taskId, workerId: worker.id, requestId: `${taskId}-again` })
  await fail(2)
  await expect(task.status).toHaveText('Failed, sealed')
  await task.dialog.getByRole('button', { name: 'Reassign the task' }).click()
  const refusal = task.dialog.getByRole('alert')
  await expect(refusal).toContainText('Refused: 1 of 1 retries are used')
  await expect(refusal).toContainText('Create a new task if the work is still wanted.')
  await expect(task.dialog.getByLabel('Reason')).toHaveValue('a worker with more memory')

  await page.keyboard.press('Escape')
  await expect(task.dialog).toBeHidden()
  await task.act('Reassign…').hover()
  await expect(page.getByText('Reassign is refused: 1 of 1 retries are used.')).toBeVisible()
  const { events } = await desk.client.call('listEvents', { taskId })
  expect(events.filter(({ type }) => type === 'task.reassigned')).toHaveLength(1)
  expect((await desk.client.call('getTask', { taskId })).task).toMatchObject({ status: 'failed', retriesUsed: 1 })
})

test('does nothing without a reason', async ({ page }) => {
  const record = await queue()
  const task = await open(page, record)
  await task.act('Fail…').click()
  const confirm = task.dialog.getByRole('button', { name: 'Fail the task' })
  await confirm.click()
  await expect(task.dialog.getByLabel('Reason')).toBeFocused()
  await task.dialog.getByLabel('Reason').fill('no')
  await confirm.click()
  await expect(task.dialog).toContainText('Five characters at least.')
  await page.keyboard.press('Escape')
  await expect(task.dialog).toBeHidden()
  await expect(task.status).toHaveText('Queued')
  expect(await task.events()).toEqual(['task.created'])
})

test('shows a viewer all and lets them change nothing, on the page and past it', async ({ page, browser }) => {
  const record = await queue()
  const task = await open(page, record)
  const acted = page.waitForRequest((request) => request.headers()['next-action'] !== undefined)
  await act(task, 'Note…', 'a note of an operator', 'Add the note')
  const request = await acted
  await expect(task.timeline).toContainText('a note of an operator')
  await desk.client.call('reassignTask', { taskId: record.id, reason: 'to see the Undo' })

  const context = await browser.newContext()
  const viewed = await context.newPage()
  const seen = await open(viewed, record, await desk.tokenOf('viewer'))
  await expect(seen.status).toHaveText('Assigned')
  for (const name of [...ACTS, 'Undo']) await expect(seen.act(name)).toHaveAttribute('aria-disabled', 'true')
  await seen.act('Undo').click({ force: true })
  await viewed.keyboard.press('n')
  await expect(seen.dialog).toBeHidden()
  await expect(seen.status).toHaveText('Assigned')

  // The very request that the operator's page sent, with the viewer's session.
  const { cookie: _, ...headers } = await request.allHeaders()
  const answer = await context.request.post(request.url(), { headers, data: request.postDataBuffer() ?? '' })
  expect(await answer.text()).toContain('A viewer may look at tasks, and not act on them.')
  const { events } = await desk.client.call('listEvents', { taskId: record.id })
  expect(events.filter(({ type }) => type === 'task.noted')).toHaveLength(1)
  await context.close()
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('offers the same acts', async ({ page }) => {
    const { task: record } = await run()
    const task = await open(page, record)
    for (const name of ACTS) await expect(task.act(name)).toBeInViewport({ ratio: 1 })
    await act(task, 'Fail…', 'from the train', 'Fail the task')
    await expect(task.status).toHaveText('Failed')
    await expect(task.timeline).toContainText('from the train')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  })
})
