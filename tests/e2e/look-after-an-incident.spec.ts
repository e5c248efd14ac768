/** An incident from its first sign to its end: seen, taken, its tasks handed on, written down and exported. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { eventually } from '../support/eventually.ts'
import { expect, openDesk, openSignedIn, test } from '../support/operator.ts'

const desk = openDesk()
let hosts = 0

/** A worker that dies with some tasks in hand; its strategy leaves what comes next to a person. */
async function burn(count: number): Promise<{ incidentId: string; workerId: string; ids: string[] }> {
  hosts += 1
  const { client } = desk
  const name = `burnt-${hosts}/7`
  const { worker } = await client.call('registerWorker', { host: `burnt-${hosts}`, pid: 7, name, slots: count })
  const ids = Array.from({ length: count }, (_, index) => `burnt-${hosts}-${index}`)
  for (const id of ids) {
    const task = { id, title: `Fix login ${id}`, strategy: 'hold-for-operator', start: { workerId: worker.id } }
    await client.call('createTask', task)
  }
  await client.call('declareDead', { workerId: worker.id, reason: 'its host burnt down' })
  const incidentId = await eventually('the incident is on record', async () => {
    const { incidents } = await client.call('listIncidents', { state: 'open' })
    return incidents.find(({ workerId }) => workerId === worker.id)?.id
  })
  return { incidentId, workerId: worker.id, ids }
}

const dialog = (page: Page) => page.getByRole('dialog')

test('finds what a host took with it, takes it, hands it on and exports it', async ({ page }) => {
  const { incidentId, ids } = await burn(3)
  await openSignedIn(page, desk.server, '/')
  await page.locator(`li[data-incident="${incidentId}"]`).getByRole('link').click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('burnt-1/7')
  await expect(page.getByRole('region', { name: 'Its tasks' })).toContainText('3Open')

  await page.getByRole('link', { name: 'all that was under way' }).click()
  await expect(page.getByText('under way then, shown as they are now')).toBeVisible()
  for (const id of ids) await expect(page.locator(`tr[data-task="${id}"]`)).toBeVisible()
  await page.goBack()

  await page.getByRole('button', { name: 'Take' }).click()
  await expect(page.getByRole('button', { name: 'Hand back' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Resolve: 3 tasks are open' })).toHaveAttribute('aria-disabled', 'true')

  await page.getByRole('button', { name: 'Note…' }).click()
  await dialog(page).getByLabel('Note').fill('the fan had stopped')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('the fan had stopped')

  await page.getByRole('button', { name: 'Reassign all recoverable…' }).click()
  await expect(dialog(page)).toContainText('3will be reassigned')
  await dialog(page).getByLabel('Reason').fill('the host is gone for good')
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/\/operations\//)
  await expect(page.getByRole('region', { name: 'Progress' })).toContainText('3Reassigned', { timeout: 20_000 })
  for (const id of ids) {
    const { task } = await desk.client.call('getTask', { taskId: id })
    expect(task).toMatchObject({ status: 'assigned', reason: 'the host is gone for good' })
  }

  await page.goto(`${desk.server.url}/incidents/${incidentId}`)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'JSON' }).click()
  const exported = JSON.parse(await readFile(await (await download).path(), 'utf8'))
  expect(exported.incident).toMatchObject({ id: incidentId, total: 3 })
  expect(exported.tasks.map(({ id }: { id: string }) => id).toSorted()).toEqual(ids)
})

test('walks the chart by keys, opens a task from it, and reads it as a table', async ({ page }) => {
  const { ids } = await burn(1)
  await openSignedIn(page, desk.server, '/')
  const chart = page.getByRole('group', { name: /^Attempts by worker/ })
  await expect(chart).toBeVisible()
  await page.keyboard.press('t')
  await expect(page.getByRole('table', { name: 'Attempts by worker, as a table' })).toContainText(`Fix login ${ids[0]}`)
  await page.keyboard.press('t')
  await chart.focus()
  await page.keyboard.press('ArrowRight')
  await expect(chart.getByRole('status')).toContainText('Interrupted, attempt 1')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/tasks\/burnt-/)
})

test('drains a worker, lets it go on, and declares it dead', async ({ page }) => {
  const { worker } = await desk.client.call('registerWorker', { host: 'elsewhere', pid: 9, name: 'elsewhere/9' })
  await openSignedIn(page, desk.server, `/workers/${worker.id}`)
  for (const [name, confirm, word] of [
    ['Drain…', 'Drain the worker', 'Draining'],
    ['Resume…', 'Resume the worker', 'Alive'],
    ['Declare dead…', 'Declare it dead', 'Dead, declared'],
  ] as const) {
    await page.getByRole('button', { name }).click()
    await dialog(page).getByLabel('Reason').fill('a new version is there')
    await dialog(page).getByRole('button', { name: confirm }).click()
    await expect(dialog(page)).toBeHidden()
    await expect(page.getByText(word, { exact: true })).toBeVisible()
  }
  await expect(page.getByRole('button', { name: 'Drain…' })).toHaveAttribute('aria-disabled', 'true')
})

test('goes from an error to its tasks', async ({ page }) => {
  const { worker } = await desk.client.call('registerWorker', { host: 'elsewhere', pid: 10, name: 'elsewhere/10' })
  await desk.client.call('createTask', { id: 'limited', title: 'Ask too often', start: { workerId: worker.id } })
  const error = { class: 'RateLimited', message: '429 Too Many Requests' }
  const report = { taskId: 'limited', workerId: worker.id, attempt: 1, messageId: 'm', outcome: 'failed', error }
  await desk.client.call('finishAttempt', report)
  await openSignedIn(page, desk.server, '/errors')
  await page
    .getByRole('row', { name: /RateLimited/ })
    .getByRole('link')
    .first()
    .click()
  await page.waitForURL(/\/tasks\?error=RateLimited&since=1h/)
  await expect(page.locator('tr[data-task="limited"]')).toBeVisible()
})
