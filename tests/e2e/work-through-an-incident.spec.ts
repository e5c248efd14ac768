/** A host dies with real work in hand, and an operator brings all of it to its end: by mouse, by keys alone, on a phone. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { eventually } from '../support/eventually.ts'
import { type Desk, expect, openDesk, openSignedIn, test } from '../support/operator.ts'

test.describe.configure({ timeout: 120_000 })

const dialog = (page: Page) => page.getByRole('dialog')
const tasks = (page: Page) => page.getByRole('table', { name: 'Tasks of the incident' })
const COUNT = 3
const SKILL = 'shell'
const IDS = Array.from({ length: COUNT }, (_, index) => `in-flight-${index}`)

/** A worker process that holds tasks, and is killed: what it held waits for a person. Answers its incident. */
async function killWorker({ client, rollcall }: Desk): Promise<string> {
  for (const id of IDS) {
    await client.call('createTask', { id, title: `Fix ${id}`, requires: [SKILL], strategy: 'hold-for-operator' })
  }
  const worker = rollcall('work', '--skill', SKILL, '--slots', String(COUNT), '--exec', 'sleep 600')
  await eventually('all of them run', async () => {
    const all = await Promise.all(IDS.map((taskId) => client.call('getTask', { taskId })))
    return all.every(({ task }) => task.status === 'running')
  })
  worker.process.kill('SIGKILL')
  return eventually('its incident is on record', async () => {
    const { task } = await client.call('getTask', { taskId: IDS[0] ?? '' })
    return task.incidentId
  })
}

/** The worker that takes the dead one's place. */
const replaceWorker = ({ rollcall }: Desk) =>
  rollcall('work', '--skill', SKILL, '--slots', String(COUNT), '--exec', 'echo done')

async function expectRecovered(page: Page): Promise<void> {
  for (const id of IDS) {
    await expect(tasks(page).locator(`tr[data-task="${id}"]`)).toHaveAttribute('data-status', 'success', {
      timeout: 40_000,
    })
  }
  await expect(page.getByRole('region', { name: 'Its tasks' })).toContainText(
    `${COUNT}In all0Open${COUNT}Running again, or success`,
  )
}

// Deaths on one host within one lease are one incident, so each has a server of its own.
test.describe('with a mouse', () => {
  const desk = openDesk()

  test('finds what was in flight when a host died, reassigns it, watches it finish and exports it', async ({
    page,
  }) => {
    const incidentId = await killWorker(desk)
    await openSignedIn(page, desk.server, '/')
    await page.locator(`li[data-incident="${incidentId}"]`).getByRole('link').click()
    await page.getByRole('button', { name: 'Reassign all recoverable…' }).click()
    await dialog(page).getByLabel('Reason').fill('its host is gone for good')
    await dialog(page)
      .getByRole('button', { name: `Reassign ${COUNT} tasks` })
      .click()
    await page.waitForURL(/\/operations\//)
    await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 30_000 })
    await page.goto(`${desk.server.url}/incidents/${incidentId}`)
    const worker = replaceWorker(desk)
    await expectRecovered(page)
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'JSON' }).click()
    const exported = JSON.parse(await readFile(await (await download).path(), 'utf8'))
    expect(exported.incident).toMatchObject({ id: incidentId, total: COUNT, open: 0 })
    expect(exported.tasks.map(({ status }: { status: string }) => status)).toEqual(IDS.map(() => 'success'))
    worker.process.kill('SIGTERM')
  })
})

test.describe('without a mouse', () => {
  const desk = openDesk()

  test('goes through a whole incident by keys alone', async ({ page }) => {
    const incidentId = await killWorker(desk)
    const { keyboard } = page
    await page.goto(`${desk.server.url}/sign-in?next=/recovery`)
    await page.getByLabel('Token').focus()
    await keyboard.type(desk.server.adminToken)
    await keyboard.press('Enter')
    await page.waitForURL('**/recovery')
    // A page that was just opened takes keys once its script has come.
    await expect(async () => {
      await keyboard.press('g')
      await keyboard.press('i')
      await page.waitForURL('**/incidents', { timeout: 1000 })
    }).toPass({ timeout: 20_000 })
    const incident = page.locator(`a[href="/incidents/${incidentId}"]`)
    await expect(incident).toBeVisible()
    await tabTo(page, () => incident.evaluate((link) => link === document.activeElement))
    await keyboard.press('Enter')
    await page.waitForURL(`**/incidents/${incidentId}`)
    await expect(tasks(page)).toBeVisible()
    await tabTo(page, () => page.getByRole('button', { name: 'Take' }).evaluate((it) => it === document.activeElement))
    await keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Hand back' })).toBeVisible()
    await keyboard.press('a')
    await expect(dialog(page)).toContainText(`${COUNT}will be reassigned`)
    await expect(dialog(page).getByLabel('Reason')).toBeFocused()
    await keyboard.type('its host is gone for good')
    await keyboard.press('Control+Enter')
    await page.waitForURL(/\/operations\//)
    const worker = replaceWorker(desk)
    await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 30_000 })
    await keyboard.press('Control+k')
    await expect(dialog(page).getByRole('combobox')).toBeFocused()
    await keyboard.type('incidents')
    await keyboard.press('Enter')
    await page.waitForURL('**/incidents')
    await tabTo(page, () => incident.evaluate((link) => link === document.activeElement))
    await keyboard.press('Enter')
    await page.waitForURL(`**/incidents/${incidentId}`)
    await expectRecovered(page)
    worker.process.kill('SIGTERM')
  })
})

test.describe('on a phone', () => {
  const desk = openDesk()
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('goes through a whole incident', async ({ page }) => {
    const incidentId = await killWorker(desk)
    await openSignedIn(page, desk.server, '/')
    await page.locator(`li[data-incident="${incidentId}"]`).getByRole('link').tap()
    await page.waitForURL(`**/incidents/${incidentId}`)
    const reassign = page.getByRole('button', { name: 'Reassign all recoverable…' })
    await reassign.tap()
    await dialog(page).getByLabel('Reason').fill('its host is gone for good')
    await dialog(page)
      .getByRole('button', { name: `Reassign ${COUNT} tasks` })
      .tap()
    await page.waitForURL(/\/operations\//)
    await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 30_000 })
    const worker = replaceWorker(desk)
    await page.goto(`${desk.server.url}/incidents/${incidentId}`)
    await expectRecovered(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    worker.process.kill('SIGTERM')
  })
})

/** Walks with Tab until it is there, as somebody without a mouse does. */
async function tabTo(page: Page, isThere: () => Promise<boolean>): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await isThere()) return
    await page.keyboard.press('Tab')
  }
  throw new Error('Tab did not get there')
}
