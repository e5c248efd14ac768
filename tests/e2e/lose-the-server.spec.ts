/** The server goes away under an open page: what was read stays in sight, with its age, and goes on when it is back. */
import { expect, LOST_CONNECTIONS, openDesk, openSignedIn, row, taskPage, test } from '../support/operator.ts'

const desk = openDesk()
test.use({ expectedErrors: LOST_CONNECTIONS })

test.beforeAll(async () => {
  await desk.client.call('createTask', { id: 'seen', title: 'Fix login' })
  const { worker } = await desk.client.call('registerWorker', { host: 'elsewhere', pid: 7, name: 'elsewhere/7' })
  await desk.client.call('createTask', { id: 'at-work', title: 'Fix export', start: { workerId: worker.id } })
})

test('keeps what was read while the server is away', async ({ page }) => {
  await openSignedIn(page, desk.server, '/tasks')
  await expect(row(page, 'seen')).toBeVisible()
  // At once: nothing that has to tell of it may have to come from the server first.
  await desk.server.kill('SIGKILL')
  const alert = page.getByRole('alert').filter({ hasText: 'The database has not answered for' })
  await expect(alert).toBeVisible({ timeout: 20_000 })
  await expect(alert).toContainText(/What you see is from \d\d:\d\d:\d\d/)
  await page.keyboard.press('?')
  await page.keyboard.press('Control+k')
  await expect(row(page, 'seen')).toBeVisible()
  await expect(row(page, 'at-work')).toBeVisible()
  await desk.restart()
  await expect(alert).toBeHidden({ timeout: 20_000 })
  await expect(row(page, 'seen')).toBeVisible()
})

test('says that older events could not be read, and reads them when asked again', async ({ page }) => {
  const notes = Array.from({ length: 110 }, (_, number) => `note ${number}`)
  await Promise.all(notes.map((text) => desk.client.call('noteTask', { taskId: 'at-work', text })))
  await openSignedIn(page, desk.server, '/tasks/at-work')
  const { timeline } = taskPage(page)
  const older = timeline.getByRole('button', { name: 'Show older' })
  const first = timeline.locator('li[data-event="task.created"]')
  const records = '**/api/v1/tasks/at-work/events?*'
  await page.route(records, (route) => route.fulfill({ status: 503 }))
  await expect(async () => {
    await older.click()
    await expect(timeline.getByRole('alert')).toContainText('could not be read', { timeout: 1000 })
  }).toPass()
  await expect(first).toHaveCount(0)
  await page.unroute(records)
  await older.click()
  await expect(first).toBeVisible()
  await expect(timeline.getByRole('alert')).toHaveCount(0)
})
