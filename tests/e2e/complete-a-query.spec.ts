/** Finding by what is offered: the query box completes what is typed, and a task leads to others like it. */
import type { Page } from '@playwright/test'
import { expect, openDesk, openSignedIn, row, rows, test } from '../support/operator.ts'

const desk = openDesk()

// Nothing beats for it while a slow machine goes through the file.
const elsewhere = { host: 'elsewhere', pid: 7, name: 'elsewhere/7' }

test.beforeAll(async () => {
  const { worker } = await desk.client.call('registerWorker', { ...elsewhere, leaseMs: 3_600_000 })
  const create = (id: string, repo: string, agent: string, started: boolean) =>
    desk.client.call('createTask', {
      ...{ id, title: `Task ${id}`, repo, agent, labels: { team: repo === 'acme/api' ? 'core' : 'web' } },
      ...(started && { start: { workerId: worker.id } }),
    })
  await create('one', 'acme/api', 'coder', true)
  await create('two', 'acme/api', 'reviewer', false)
  await create('three', 'acme/web', 'coder', false)
})

const query = (page: Page) => page.getByRole('combobox', { name: 'Filter tasks' })
const list = (page: Page) => page.getByRole('listbox', { name: 'Suggestions' })
const option = (page: Page, name: string) => list(page).getByRole('option', { name, exact: false })
/** The option that Enter would take, as assistive technology is told. */
async function activeOf(page: Page): Promise<string> {
  const id = await query(page).getAttribute('aria-activedescendant')
  return id === null ? '' : page.locator(`[id="${id}"]`).innerText()
}

async function enter(page: Page, path = '/tasks') {
  await openSignedIn(page, desk.server, path)
  await expect(async () => {
    await query(page).focus()
    await expect(list(page)).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 20_000 })
}

test('completes a filter and its value by keys alone, and runs what stands there', async ({ page }) => {
  await enter(page)
  await expect(query(page)).toHaveAttribute('aria-expanded', 'true')
  await page.keyboard.type('rep')
  await expect(list(page).getByRole('option')).toHaveCount(1)
  await page.keyboard.press('Tab')
  await expect(query(page)).toHaveValue('repo:')
  await expect(option(page, 'repo:acme/api')).toBeVisible()
  await page.keyboard.press('ArrowDown')
  expect(await activeOf(page)).toContain('repo:acme/api')
  await page.keyboard.press('ArrowDown')
  expect(await activeOf(page)).toContain('repo:acme/web')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(query(page)).toHaveValue('repo:acme/api ')
  await expect(list(page)).toBeHidden()

  await page.keyboard.type('-agent:rev')
  await expect(option(page, '-agent:reviewer')).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(query(page)).toHaveValue('repo:acme/api -agent:reviewer ')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('not') === 'agent:reviewer')
  await expect.poll(() => rows(page)).toEqual(['one'])
  await page.getByLabel('Remove not agent').click()
  await expect.poll(() => rows(page)).toEqual(['two', 'one'])
})

test('takes a value by the mouse, and what was asked before', async ({ page }) => {
  await enter(page)
  await option(page, 'status:').click()
  await expect(query(page)).toBeFocused()
  await option(page, 'status:running').click()
  await page.getByRole('button', { name: 'Find' }).click()
  await page.waitForURL((url) => url.searchParams.get('status') === 'running')
  await expect.poll(() => rows(page)).toEqual(['one'])

  await page.goto(`${desk.server.url}/tasks`)
  await query(page).click()
  await option(page, 'status:running asked before').click()
  await page.waitForURL((url) => url.searchParams.get('status') === 'running')
  await page.goto(`${desk.server.url}/tasks`)
  await query(page).click()
  await option(page, 'Forget what was asked before').click()
  await expect(option(page, 'asked before')).toHaveCount(0)
  await expect(query(page)).toBeFocused()
})

test('refuses nothing that can be typed, and closes by Esc before it lets go of the box', async ({ page }) => {
  await enter(page)
  await page.keyboard.type('sta')
  await expect(option(page, 'status:')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(list(page)).toBeHidden()
  await expect(query(page)).toBeFocused()
  await page.keyboard.type('tus:queued repo:nobody/has-this')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('repo') === 'nobody/has-this')
  await expect(page.getByText('None of these in 24 h.')).toBeVisible()

  await query(page).focus()
  await page.keyboard.type('cost:much')
  await page.keyboard.press('Enter')
  const wrong = page.getByRole('alert').filter({ hasText: 'cost takes a figure such as 3, >1 or <=0.5, met “much”.' })
  await expect(wrong).toBeVisible()
  await expect(list(page)).toBeHidden()
  await expect(query(page)).toHaveValue('cost:much')
  await page.keyboard.press('Escape')
  await expect(query(page)).not.toBeFocused()
})

test('leaves the box by Tab while nothing is typed', async ({ page }) => {
  await enter(page)
  await page.keyboard.press('Tab')
  await expect(query(page)).not.toBeFocused()
  await expect(list(page)).toBeHidden()
})

test('narrows the list to a value that the pointer rests on, or to all others', async ({ page }) => {
  await openSignedIn(page, desk.server, '/tasks?status=queued,running')
  await page.setViewportSize({ width: 1500, height: 900 })
  const rest = async (text: string) => {
    await row(page, 'one').getByRole('cell', { name: text, exact: true }).hover()
  }
  await rest('coder')
  const only = page.getByRole('link', { name: 'Only agent coder' })
  await expect(only).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(only).toBeHidden()
  await rest('elsewhere/7')
  await expect(page.getByRole('link', { name: 'Not worker elsewhere/7' })).toBeVisible()
  await rest('coder')
  await only.click()
  await page.waitForURL((url) => url.searchParams.get('agent') === 'coder')
  await expect.poll(() => rows(page)).toEqual(['three', 'one'])
  await rest('acme/api')
  await page.getByRole('link', { name: 'Not repo acme/api' }).click()
  await page.waitForURL((url) => url.searchParams.get('not') === 'repo:acme/api')
  await expect.poll(() => rows(page)).toEqual(['three'])
})

test('finds tasks like one by keys, without a stop of the Tab key for each value', async ({ page }) => {
  await openSignedIn(page, desk.server)
  await row(page, 'two').getByRole('link').focus()
  await page.keyboard.press('v')
  const dialog = page.getByRole('dialog', { name: 'Find by a value of this task' })
  await expect(dialog).toBeVisible()
  await dialog.getByRole('link', { name: 'Only label team=core' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('label') === 'team=core')
  await expect(dialog).toBeHidden()
  await expect.poll(() => rows(page)).toEqual(['two', 'one'])
})

test('leads from a value on the page of a task to all that have it', async ({ page }) => {
  await openSignedIn(page, desk.server, '/tasks/one')
  await page.getByText('team=core', { exact: true }).hover()
  await expect(page.getByRole('link', { name: 'Not label team=core' })).toBeVisible()
  const attempts = page.getByRole('table', { name: 'Attempts' })
  await attempts.getByText('elsewhere/7', { exact: true }).hover()
  await page.getByRole('link', { name: 'Only worker elsewhere/7' }).click()
  await page.waitForURL((url) => url.searchParams.get('worker') === 'elsewhere/7')
  await expect.poll(() => rows(page)).toEqual(['one'])
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('completes by touch, and leads from a task to those like it', async ({ page }) => {
    await openSignedIn(page, desk.server)
    await query(page).tap()
    await option(page, 'agent:').tap()
    await option(page, 'agent:coder').tap()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await page.getByRole('button', { name: 'Find' }).tap()
    await expect.poll(() => rows(page)).toEqual(['three', 'one'])
    await page.goto(`${desk.server.url}/tasks/three`)
    await page.getByRole('button', { name: 'Find like this…' }).tap()
    await page.getByRole('dialog').getByRole('link', { name: 'Only repo acme/web' }).tap()
    await page.waitForURL((url) => url.searchParams.get('repo') === 'acme/web')
    await expect.poll(() => rows(page)).toEqual(['three'])
  })
})

test('leaves no query behind for whoever signs in next', async ({ page }) => {
  const kept = () => page.evaluate(() => Object.values(localStorage).join())
  await enter(page)
  await query(page).fill('repo:acme/api')
  await query(page).press('Enter')
  await expect.poll(kept).toContain('repo:acme/api')
  await page.getByRole('button', { name: /, menu$/ }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in')
  expect(await kept()).not.toContain('repo:acme/api')
})
