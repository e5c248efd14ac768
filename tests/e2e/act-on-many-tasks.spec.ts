/** Acts on many tasks at once: choosing them, what is said before, what is done, and stopping it. */
import type { Page } from '@playwright/test'
import { expect, openDesk, openSignedIn, row, test } from '../support/operator.ts'

const desk = openDesk()

async function createTasks(repo: string, count: number): Promise<string[]> {
  const tasks = Array.from({ length: count }, (_, index) => ({
    id: `${repo}-${index}`,
    title: `Fix login ${index}`,
    repo,
  }))
  await desk.client.call('createTasks', { tasks })
  return tasks.map(({ id }) => id)
}

const bar = (page: Page) => page.getByRole('toolbar', { name: 'Selected tasks' })
const dialog = (page: Page) => page.getByRole('dialog')

test('fails all that match at one moment, and none that come later', async ({ page }) => {
  await createTasks('many', 130)
  await openSignedIn(page, desk.server, '/tasks?repo=many')
  await page.getByLabel('Select this page').click()
  await expect(bar(page)).toContainText('50 selected')
  await bar(page).getByRole('button', { name: 'Select all matching' }).click()
  await expect(bar(page)).toContainText('130 selected at')
  await desk.client.call('createTask', { id: 'late', title: 'Came later', repo: 'many' })

  await bar(page).getByRole('button', { name: 'Fail…' }).click()
  await expect(dialog(page)).toContainText('130will fail')
  await dialog(page).getByLabel('Reason').fill('the branch was wrong')
  const confirm = dialog(page).getByRole('button', { name: 'Fail 130 tasks' })
  await confirm.click()
  await expect(dialog(page)).toBeVisible()
  await dialog(page)
    .getByLabel(/^Type 130/)
    .fill('130')
  await confirm.click()

  await page.waitForURL(/\/operations\//)
  await expect(page.getByRole('heading', { name: 'Fail 130 tasks' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Progress' })).toContainText('130Failed', { timeout: 20_000 })
  await expect(page.getByText('Done', { exact: true })).toBeVisible()
  expect((await desk.client.call('getTask', { taskId: 'late' })).task.status).toBe('queued')
  const { tasks } = await desk.client.call('listTasks', { repo: 'many', status: ['failed'], limit: 500 })
  expect(tasks).toHaveLength(130)
})

test('fails 5,000 by a filter while new ones arrive, and only the frozen ones change', async ({ page }) => {
  test.setTimeout(180_000)
  const count = 5000
  for (let from = 0; from < count; from += 1000) {
    const tasks = Array.from({ length: 1000 }, (_, index) => ({
      id: `storm-${from + index}`,
      title: `Fix login ${from + index}`,
      repo: 'storm',
    }))
    await desk.client.call('createTasks', { tasks })
  }
  let late = 0
  let arriving = true
  const arrival = async () => {
    while (arriving && late < 500) {
      await desk.client.call('createTask', { id: `late-${late}`, title: 'Came later', repo: 'storm' })
      late += 1
    }
  }
  await openSignedIn(page, desk.server, '/tasks?repo=storm')
  await page.getByLabel('Select this page').click()
  await bar(page).getByRole('button', { name: 'Select all matching' }).click()
  await expect(bar(page)).toContainText('5,000 selected at')
  const arrived = arrival()
  await bar(page).getByRole('button', { name: 'Fail…' }).click()
  await expect(dialog(page)).toContainText('5,000will fail', { timeout: 60_000 })
  await dialog(page).getByLabel('Reason').fill('the branch was wrong')
  await dialog(page)
    .getByLabel(/^Type 5000/)
    .fill('5000')
  await dialog(page).getByRole('button', { name: 'Fail 5,000 tasks' }).click()
  await page.waitForURL(/\/operations\//)
  await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 90_000 })
  arriving = false
  await arrived
  await expect(page.getByRole('region', { name: 'Progress' })).toContainText('5,000Failed')
  expect(late).toBeGreaterThan(0)
  const { tasks: queued } = await desk.client.call('listTasks', { repo: 'storm', status: ['queued'], limit: 500 })
  expect(queued).toHaveLength(Math.min(late, 500))
  expect(queued.filter(({ id }) => !id.startsWith('late-'))).toEqual([])
  const { tasks: failed } = await desk.client.call('listTasks', { repo: 'storm', status: ['failed'], limit: 500 })
  expect(failed.filter(({ id }) => !id.startsWith('storm-'))).toEqual([])
})

test('keeps the selection when the page is loaded anew, and drops it with another query', async ({ page }) => {
  const [first = '', second = ''] = await createTasks('kept', 3)
  await openSignedIn(page, desk.server, '/tasks?repo=kept')
  await row(page, first).getByRole('checkbox').click()
  await row(page, second).getByRole('link').focus()
  await page.keyboard.press('x')
  await expect(bar(page)).toContainText('2 selected')
  await page.reload()
  await expect(bar(page)).toContainText('2 selected')
  await expect(row(page, second).getByRole('checkbox')).toBeChecked()
  await page.goto(`${desk.server.url}/tasks?repo=many`)
  await expect(page.getByRole('table', { name: 'Tasks' })).toBeVisible()
  await expect(bar(page)).toBeHidden()
})

test('is told before the act which tasks would be skipped and why, and stops it before it begins', async ({ page }) => {
  const ids = await createTasks('skips', 3)
  await openSignedIn(page, desk.server, '/tasks?repo=skips')
  await page.getByLabel('Select this page').click()
  await expect(bar(page)).toContainText('3 selected')
  await desk.client.call('cancelTask', { taskId: ids[0] ?? '', reason: 'somebody was faster' })
  await page.keyboard.press('c')
  await expect(dialog(page)).toContainText('2will be cancelled')
  await expect(dialog(page).getByRole('row', { name: /1 sealed_task The task is sealed as cancelled/ })).toBeVisible()
  await dialog(page).getByLabel('Reason').fill('nobody needs them')
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/\/operations\//)
  await expect(page.getByRole('timer')).toBeVisible()
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByText('Stopped', { exact: true })).toBeVisible()
  expect((await desk.client.call('getTask', { taskId: ids[1] ?? '' })).task.status).toBe('queued')
})

test('may not act on many as a viewer', async ({ page }) => {
  await createTasks('viewed', 2)
  await openSignedIn(page, desk.server, '/tasks?repo=viewed', await desk.tokenOf('viewer'))
  await page.getByLabel('Select this page').click()
  const fail = bar(page).getByRole('button', { name: 'Fail…' })
  await expect(fail).toHaveAttribute('aria-disabled', 'true')
  await fail.click({ force: true })
  await expect(dialog(page)).toBeHidden()
})
