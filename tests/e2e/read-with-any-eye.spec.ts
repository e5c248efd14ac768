/** Every page in its states, judged by axe for WCAG 2.2 AA and more, in light and in dark: nothing is found. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, MISSING_PAGES, openDesk, openSignedIn, taskPage, test } from '../support/operator.ts'
import { PLAIN_PAGES } from '../support/pages.ts'
import { fillWithStates, STATES } from '../support/states.ts'

const desk = openDesk()
// Judging a page takes a slow machine some seconds, and there are many.
test.describe.configure({ timeout: 120_000 })

/** In the dark the same page has other colours, so only these are judged again. */
async function expectNoFindings(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Nothing here has frames; without this each look would open a page more.
    const axe = new AxeBuilder({ page }).setLegacyMode()
    const { violations } = await (colorScheme === 'light' ? axe : axe.withRules('color-contrast')).analyze()
    const found = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map(({ html }) => html) }))
    expect(found, `${page.url()} in the ${colorScheme}`).toEqual([])
  }
}

async function visit(page: Page, path: string): Promise<void> {
  await page.goto(desk.server.url + path)
  await expect(page.getByRole('heading', { level: 1 }), path).toBeAttached()
  await expectNoFindings(page)
}

test('the sign-in and the pages of an empty ledger pass', async ({ page }) => {
  await visit(page, '/sign-in')
  await openSignedIn(page, desk.server)
  for (const path of PLAIN_PAGES) await visit(page, path)
})

test('the lists of a ledger at work pass', async ({ page }) => {
  await fillWithStates(desk.client)
  await openSignedIn(page, desk.server)
  for (const path of [...PLAIN_PAGES, '/tasks?status=waiting', '/tasks?status=unknown']) await visit(page, path)
})

test('an incident, a worker and the chart as a table pass', async ({ page }) => {
  await fillWithStates(desk.client)
  const { incidents } = await desk.client.call('listIncidents', {})
  const { workers } = await desk.client.call('listWorkers', {})
  await openSignedIn(page, desk.server)
  await visit(page, `/incidents/${incidents[0]?.id}`)
  for (const { id } of workers) await visit(page, `/workers/${id}`)
  await page.goto(`${desk.server.url}/`)
  await expect(page.getByRole('group', { name: /^Attempts by worker/ })).toBeVisible()
  await page.keyboard.press('t')
  await expect(page.getByRole('table', { name: /^Attempts by worker/ })).toBeVisible()
  await expectNoFindings(page)
})

test('a task passes in each of its states', async ({ page }) => {
  await fillWithStates(desk.client)
  await openSignedIn(page, desk.server)
  for (const id of STATES) await visit(page, `/tasks/${id}`)
})

test('the dialogs and panels of a task pass', async ({ page }) => {
  await fillWithStates(desk.client)
  await openSignedIn(page, desk.server, '/tasks/interrupted')
  const task = taskPage(page)
  for (const name of ['Reassign…', 'Fail…', 'Cancel…', 'Note…']) {
    await task.act(name).click()
    await expect(task.dialog).toBeVisible()
    await expectNoFindings(page)
    await page.keyboard.press('Escape')
    await expect(task.dialog).toBeHidden()
  }
  for (const name of ['Payload', 'Session', 'Output']) {
    await task.panel(name).click()
    await expectNoFindings(page)
  }
  await page.keyboard.press('?')
  await expect(task.dialog).toBeVisible()
  await expectNoFindings(page)
})

test.describe('nowhere', () => {
  test.use({ expectedErrors: MISSING_PAGES })

  test('a page and a task that do not exist pass', async ({ page }) => {
    await openSignedIn(page, desk.server)
    for (const path of ['/nowhere', '/tasks/nobody']) await visit(page, path)
  })
})

test('the selection of many tasks, its dialog, and the pages of operations', async ({ page }) => {
  await fillWithStates(desk.client)
  await openSignedIn(page, desk.server, '/operations')
  await expectNoFindings(page)
  await page.goto(`${desk.server.url}/tasks`)
  await page.getByLabel('Select this page').click()
  await expectNoFindings(page)
  await page.keyboard.press('n')
  await expect(page.getByRole('dialog')).toContainText('will get the note')
  await expectNoFindings(page)
  const order = { action: 'cancel' as const, ids: ['success', 'gone'], reason: 'to be looked at' }
  const { operation } = await desk.client.call('runOperation', order)
  await page.goto(`${desk.server.url}/operations/${operation.id}`)
  await expect(page.getByRole('table', { name: 'Left alone, and why' })).toBeVisible()
  await expectNoFindings(page)
  await page.goto(`${desk.server.url}/operations`)
  await expectNoFindings(page)
})

test('what the query box offers, and the values of a task, pass', async ({ page }) => {
  await fillWithStates(desk.client)
  await openSignedIn(page, desk.server, '/tasks?not=status:queued')
  const box = page.getByRole('combobox', { name: 'Filter tasks' })
  await box.click()
  await expect(page.getByRole('option', { name: /^repo:/ })).toBeVisible()
  await expectNoFindings(page)
  await box.fill('agent:')
  await expect(page.getByRole('option', { name: 'agent:coder' })).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expectNoFindings(page)
  await page.keyboard.press('Escape')
  await page.getByRole('cell', { name: 'ModelError' }).first().hover()
  await expect(page.getByRole('link', { name: 'Only error ModelError' })).toBeVisible()
  await expectNoFindings(page)
  await page.getByRole('link', { name: 'A task that is running' }).focus()
  await page.keyboard.press('v')
  await expect(page.getByRole('dialog', { name: 'Find by a value of this task' })).toBeVisible()
  await expectNoFindings(page)
})

test('the commands, the saved views and a pause of recovery pass', async ({ page }) => {
  await fillWithStates(desk.client)
  await desk.client.call('saveView', { name: 'Failing now', filters: { status: 'failed' }, shared: true })
  await openSignedIn(page, desk.server, '/tasks')
  await page.getByRole('button', { name: 'Save view…' }).click()
  await expect(page.getByRole('dialog')).toContainText('Failing now')
  await expectNoFindings(page)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Commands' }).click()
  await expect(page.getByRole('option', { name: 'View: Failing now' })).toBeVisible()
  await expectNoFindings(page)
  await page.keyboard.press('Escape')
  await page.goto(`${desk.server.url}/recovery`)
  await page.getByRole('button', { name: 'Pause automatic recovery…' }).click()
  await expect(page.getByRole('dialog')).toContainText('Deaths are still noticed.')
  await expectNoFindings(page)
  const { pause } = await desk.client.call('pauseRecovery', { reason: 'the network is moved', forMs: 600_000 })
  await page.goto(`${desk.server.url}/workers`)
  await expect(page.getByRole('region', { name: 'Recovery is paused' })).toBeVisible()
  await expectNoFindings(page)
  await desk.client.call('unpauseRecovery', { pauseId: pause.id })
})

test('pages stay readable in forced colours, and an incident on paper', async ({ page }) => {
  await fillWithStates(desk.client)
  const { incidents } = await desk.client.call('listIncidents', {})
  await openSignedIn(page, desk.server, '/tasks')
  await page.emulateMedia({ forcedColors: 'active' })
  const link = page.getByRole('link', { name: 'A task that is running' })
  await link.focus()
  await page.keyboard.press('j')
  const cursor = page.locator('tr[data-task]:has(a:focus-visible)')
  await expect(cursor).toHaveCSS('outline-style', 'solid')
  await expect(page.locator('[data-tick]').first()).toHaveCSS('forced-color-adjust', 'none')
  await page.emulateMedia({ forcedColors: 'none', media: 'print', colorScheme: 'dark' })
  await page.goto(`${desk.server.url}/incidents/${incidents[0]?.id}`)
  await expect(page.getByText(/^Printed .* UTC from http:/)).toBeVisible()
  await expect(page.getByRole('banner')).toBeHidden()
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden()
  await expect(page.getByRole('table', { name: 'Tasks of the incident' })).toContainText('A task that is')
  await expect(page.locator('html')).toHaveCSS('color-scheme', 'light')
})
