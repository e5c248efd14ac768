/** Who did what: an operator acts, and finds the act, its reason and its refusal in the log. */
import { expect, openDesk, openSignedIn, taskPage, test } from '../support/operator.ts'

const desk = openDesk()

test('shows an act with who did it, why, by which way in, and what it changed', async ({ page }) => {
  const { task } = await desk.client.call('createTask', { title: 'Fix login' })
  await openSignedIn(page, desk.server, `/tasks/${task.id}`)
  await taskPage(page).act('Cancel…').click()
  const { dialog } = taskPage(page)
  await dialog.getByRole('textbox').fill('a duplicate <script>alert(1)</script>')
  await dialog
    .getByRole('button', { name: /^Cancel/ })
    .last()
    .click()
  await expect(taskPage(page).status).toContainText('Cancelled')
  await page.goto(`${desk.server.url}/audit`)
  const act = page.locator('li[data-entry]').filter({ hasText: 'Cancel task' })
  await expect(act).toContainText('admin by web')
  await expect(act).toContainText('a duplicate <script>alert(1)</script>')
  await act.locator('summary').click()
  await expect(act).toContainText('"status":"queued"')
  await act.getByRole('link', { name: `task ${task.id}` }).click()
  await page.waitForURL(`${desk.server.url}/tasks/${task.id}`)
})

test('finds refusals, and gives the log as a file', async ({ page }) => {
  const { task } = await desk.client.call('createTask', { title: 'Fix login' })
  await desk.client.call('cancelTask', { taskId: task.id, reason: 'first' })
  await expect(desk.client.call('cancelTask', { taskId: task.id, reason: 'second' })).rejects.toThrow(/sealed/)
  await openSignedIn(page, desk.server, '/audit')
  await page.getByLabel('Result').selectOption('refused')
  await page.getByLabel('Target id').fill(task.id)
  await page.getByRole('button', { name: 'Filter' }).click()
  await expect(page.locator('li[data-entry]')).toHaveCount(1)
  await expect(page.locator('li[data-entry]')).toContainText('Cancel task refused')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^audit-[0-9T-]+\.csv$/)
})

test('is not for viewers', async ({ page }) => {
  await openSignedIn(page, desk.server, '/audit', await desk.tokenOf('viewer'))
  await expect(page.getByText('The audit log is for operators.')).toBeVisible()
})
