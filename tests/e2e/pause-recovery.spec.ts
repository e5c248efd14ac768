/** Holding automatic recovery back: from its page or by the commands, told on every page, and ended by hand. */
import type { Page } from '@playwright/test'
import { expect, openDesk, openSignedIn, test } from '../support/operator.ts'

const desk = openDesk()
const dialog = (page: Page) => page.getByRole('dialog')
const band = (page: Page) => page.getByRole('region', { name: 'Recovery is paused' })

test('pauses recovery by the commands, tells it on every page, and lets it go on', async ({ page, browser }) => {
  await openSignedIn(page, desk.server, '/tasks')
  const other = await (await browser.newContext()).newPage()
  await openSignedIn(other, desk.server, '/workers', await desk.tokenOf('viewer'))
  const field = dialog(page).getByRole('combobox')
  // A page that was just opened takes keys once its script has come.
  await expect(async () => {
    await page.keyboard.press('Control+k')
    await expect(field).toBeFocused({ timeout: 1000 })
  }).toPass({ timeout: 20_000 })
  await field.fill('pause')
  await page.keyboard.press('Enter')
  await expect(dialog(page).getByLabel('Reason, shown on every page')).toBeFocused()
  await page.keyboard.type('the network is moved')
  await dialog(page).getByLabel('For').selectOption('1 hour')
  await page.keyboard.press('Control+Enter')
  await expect(band(page)).toContainText('By admin: “the network is moved”')
  await expect(band(page)).toContainText(/for 5\d m \d\d s/)
  await expect(band(other)).toContainText('the network is moved')
  await expect(band(other).getByRole('button')).toHaveAttribute('aria-disabled', 'true')
  const { pauses } = await desk.client.call('listPauses', {})
  expect(pauses).toMatchObject([{ reason: 'the network is moved', actorName: 'admin', endedAt: null }])

  await page.goto(`${desk.server.url}/recovery`)
  await expect(page.getByRole('button', { name: 'Pause anew…' })).toBeVisible()
  await band(page).getByRole('button', { name: 'Let it go on…' }).click()
  await dialog(page).getByLabel('Reason').fill('it is back')
  await dialog(page).getByRole('button', { name: 'Let recovery go on' }).click()
  await expect(band(page)).toBeHidden()
  await expect(page.getByRole('button', { name: 'Pause automatic recovery…' })).toBeVisible()
  await expect(band(other)).toBeHidden()
})

test('goes to pages, views and ids by the commands', async ({ page }) => {
  await desk.client.call('saveView', { name: 'Failing now', filters: { status: 'failed' } })
  await openSignedIn(page, desk.server, '/recovery')
  const field = dialog(page).getByRole('combobox')
  const open = async () => {
    await page.getByRole('button', { name: 'Commands' }).click()
    await expect(field).toBeFocused()
  }
  await open()
  await field.fill('wor')
  await expect(dialog(page).getByRole('option').first()).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/workers')
  await open()
  await dialog(page).getByRole('option', { name: 'View: Failing now' }).click()
  await page.waitForURL('**/tasks?status=failed')
  await open()
  await field.fill('time out')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/tasks?q=time+out')
})
