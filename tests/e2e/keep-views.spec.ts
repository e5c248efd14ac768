/** Views of the list under names: kept, shared with others, opened first, renamed and deleted. */
import type { Page } from '@playwright/test'
import { expect, openDesk, openSignedIn, test } from '../support/operator.ts'

const desk = openDesk()
const dialog = (page: Page) => page.getByRole('dialog')
const views = (page: Page) => page.getByRole('navigation', { name: 'Views' })
const saved = (page: Page, name: string) =>
  dialog(page).getByRole('list', { name: 'Saved views' }).getByRole('listitem').filter({ hasText: name })

test.beforeAll(async () => {
  const tasks = ['acme/api', 'acme/web'].map((repo) => ({ id: repo.replace('/', '-'), title: `Fix ${repo}`, repo }))
  await desk.client.call('createTasks', { tasks })
})

test('keeps what is shown under a name, shares it, opens first with it and deletes it', async ({ page, browser }) => {
  await openSignedIn(page, desk.server, '/tasks?repo=acme/api')
  await page.getByRole('button', { name: 'Save view…' }).click()
  await expect(dialog(page)).toContainText('repo:acme/api')
  await dialog(page).getByLabel('Name', { exact: true }).fill('The API')
  await page.keyboard.press('Enter')
  await expect(saved(page, 'The API')).toContainText('private')
  await dialog(page).getByLabel('Name', { exact: true }).fill('The API')
  await page.keyboard.press('Enter')
  await expect(dialog(page).getByRole('alert')).toContainText('there is a view “The API” already')

  const context = await browser.newContext()
  const other = await context.newPage()
  await openSignedIn(other, desk.server, '/tasks', await desk.tokenOf('viewer'))
  await expect(views(other).getByRole('link', { name: /^The API/ })).toHaveCount(0)
  await saved(page, 'The API').getByRole('button', { name: 'Share The API' }).click()
  await expect(saved(page, 'The API')).toContainText('shared')
  await other.reload()
  await views(other).getByRole('link', { name: 'The API by admin' }).click()
  await other.waitForURL('**/tasks?repo=acme/api')
  await expect(other.locator('tr[data-task]')).toHaveCount(1)
  const { views: known } = await desk.client.call('listViews', {})
  await other.goto(`${desk.server.url}/tasks?view=${known[0]?.id}`)
  await other.waitForURL('**/tasks?repo=acme/api')

  await saved(page, 'The API').getByRole('button', { name: 'Rename The API' }).click()
  await dialog(page).getByLabel('New name of The API').fill('Our API')
  await page.keyboard.press('Enter')
  await saved(page, 'Our API').getByRole('button', { name: 'Open first with Our API' }).click()
  await expect(saved(page, 'Our API')).toContainText('opens first')
  await page.keyboard.press('Escape')
  await page.goto(desk.server.url)
  await page.getByRole('link', { name: 'Tasks', exact: true }).click()
  await page.waitForURL('**/tasks?repo=acme/api')
  await page.getByRole('link', { name: 'Remove repo' }).click()
  await page.waitForURL('**/tasks')
  await expect(page.locator('tr[data-task]')).toHaveCount(2)

  await page.getByRole('button', { name: 'Save view…' }).click()
  await saved(page, 'Our API').getByRole('button', { name: 'Delete Our API' }).click()
  await expect(saved(page, 'Our API')).toHaveCount(0)
  await other.goto(`${desk.server.url}/tasks?view=${known[0]?.id}`)
  await expect(other.getByRole('alert').filter({ hasText: 'This view is gone, or private' })).toBeVisible()
  await context.close()
})

test('lets a viewer keep views, and not share them', async ({ page }) => {
  await openSignedIn(page, desk.server, '/tasks?repo=acme/web', await desk.tokenOf('viewer'))
  await page.getByRole('button', { name: 'Save view…' }).click()
  await expect(dialog(page).getByLabel('Sharing is refused: a viewer may look, not act.')).toBeDisabled()
  await dialog(page).getByLabel('Name', { exact: true }).fill('The web')
  await page.keyboard.press('Enter')
  await expect(saved(page, 'The web')).toContainText('private')
  await expect(saved(page, 'The web').getByRole('button', { name: 'Share The web' })).toHaveCount(0)
})
