/** Finding tasks: filters that live in the address, pages by position, a list that keeps still, and the keyboard. */
import { v7 as mintId } from 'uuid'
import { expect, openDesk, openSignedIn, row, rows, test } from '../support/operator.ts'

const desk = openDesk()
const TASKS = 120
const PAGE = 50
const REPO = 'acme/pages'

test.beforeAll(async () => {
  const tasks = Array.from({ length: TASKS }, (_, index) => ({
    title: `Page ${index}`,
    repo: REPO,
    issueNumber: index + 1,
    agent: index % 2 === 0 ? 'coder' : 'reviewer',
  }))
  await desk.client.call('createTasks', { tasks })
})

test('keeps filters in the address, through a reload and for whoever gets the link', async ({ page, browser }) => {
  await openSignedIn(page, desk.server)
  const box = page.getByLabel('Filter tasks')
  // A page that was just opened takes keys once its script has come.
  await expect(async () => {
    await page.keyboard.press('/')
    await expect(box).toBeFocused({ timeout: 500 })
  }).toPass({ timeout: 20_000 })
  await box.fill(`status:queued repo:${REPO} agent:coder issue:7`)
  await box.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('issue') === '7')
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
    status: 'queued',
    repo: REPO,
    agent: 'coder',
    issue: '7',
  })
  await expect(page.locator('tr[data-task]')).toHaveCount(1)
  const found = await rows(page)
  await page.reload()
  expect(await rows(page)).toEqual(found)
  await expect(page.getByLabel('Remove issue')).toBeVisible()

  const context = await browser.newContext()
  const other = await context.newPage()
  await openSignedIn(other, desk.server, page.url().slice(desk.server.url.length))
  expect(await rows(other)).toEqual(found)
  await context.close()

  await page.getByLabel('Remove issue').click()
  await page.waitForURL((url) => !url.searchParams.has('issue'))
  await expect(page.locator('tr[data-task]')).toHaveCount(PAGE)
})

test('pages through 120 tasks and back, each of them once', async ({ page }) => {
  await openSignedIn(page, desk.server, `/tasks?repo=${REPO}`)
  const next = page.getByRole('link', { name: 'Older' })
  const back = page.getByRole('link', { name: 'Newer' })
  const pages: string[][] = []
  for (const size of [PAGE, PAGE, TASKS - 2 * PAGE]) {
    await expect(page.locator('tr[data-task]')).toHaveCount(size)
    await expect.poll(() => rows(page)).not.toEqual(pages.at(-1))
    pages.push(await rows(page))
    if (size === PAGE) await next.click()
  }
  expect(new Set(pages.flat()).size).toBe(TASKS)
  await expect(next).toHaveCount(0)
  for (const ids of pages.slice(0, -1).reverse()) {
    await back.click()
    await expect.poll(() => rows(page)).toEqual(ids)
  }
  await expect(back).toHaveCount(0)
})

test('says what is wrong with a filter that it does not know, and keeps what was typed', async ({ page }) => {
  await openSignedIn(page, desk.server)
  const box = page.getByLabel('Filter tasks')
  await box.fill('stauts:running')
  await box.press('Enter')
  await expect(
    page.getByRole('alert').filter({ hasText: 'Unknown filter “stauts”. Did you mean status?' }),
  ).toBeVisible()
  await expect(box).toHaveValue('stauts:running')
  await page.goto(`${desk.server.url}/tasks?status=runing`)
  await expect(
    page.getByRole('alert').filter({ hasText: 'Unknown status “runing”. Did you mean running?' }),
  ).toBeVisible()
})

test('opens the task whose id is pasted', async ({ page }) => {
  const id = mintId()
  await desk.client.call('createTask', { id, title: 'Known by its id' })
  await openSignedIn(page, desk.server)
  const box = page.getByLabel('Filter tasks')
  await box.fill(` ${id} `)
  await box.press('Enter')
  await page.waitForURL(`${desk.server.url}/tasks/${id}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Known by its id')
})

test('patches rows where they stand, and counts what is new', async ({ page }) => {
  const { worker } = await desk.client.call('registerWorker', { host: 'elsewhere', pid: 7 })
  const ids = ['live-1', 'live-2', 'live-3']
  const create = (id: string) => desk.client.call('createTask', { id, title: `Live ${id}`, repo: 'acme/live' })
  for (const id of ids) await create(id)
  await openSignedIn(page, desk.server, '/tasks?repo=acme/live')
  const newestFirst = ids.toReversed()
  expect(await rows(page)).toEqual(newestFirst)

  await desk.client.call('startAttempt', { taskId: 'live-1', workerId: worker.id, requestId: 'start-1' })
  await expect(row(page, 'live-1')).toHaveAttribute('data-status', 'running')
  const report = { taskId: 'live-1', workerId: worker.id, attempt: 1, messageId: 'end-1', outcome: 'success' as const }
  await desk.client.call('finishAttempt', report)
  await expect(row(page, 'live-1')).toHaveAttribute('data-status', 'success')
  expect(await rows(page)).toEqual(newestFirst)

  await create('live-4')
  const arrived = page.getByRole('button', { name: '1 new' })
  await expect(arrived).toBeVisible()
  expect(await rows(page)).toEqual(newestFirst)
  await arrived.click()
  await expect.poll(() => rows(page)).toEqual(['live-4', ...newestFirst])
  await expect(arrived).toBeHidden()
})

test('moves from row to row by j and k, and opens one by Enter', async ({ page }) => {
  await openSignedIn(page, desk.server, `/tasks?repo=${REPO}`)
  const [first = '', second = ''] = await rows(page)
  const link = (id: string) => row(page, id).getByRole('link')
  await page.keyboard.press('j')
  await expect(link(first)).toBeFocused()
  await page.keyboard.press('j')
  await expect(link(second)).toBeFocused()
  await page.keyboard.press('k')
  await expect(link(first)).toBeFocused()
  await page.keyboard.press('Enter')
  await page.waitForURL(`${desk.server.url}/tasks/${first}`)
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('fits the list to the width', async ({ page }) => {
    await openSignedIn(page, desk.server, `/tasks?repo=${REPO}`)
    await expect(page.locator('tr[data-task]')).toHaveCount(PAGE)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    const [first = ''] = await rows(page)
    await row(page, first).tap()
    await page.waitForURL(`${desk.server.url}/tasks/${first}`)
  })
})
