/** What each page is made of, by roles and names, as a screen reader meets it. Order counts; what stands between does not. */
import type { Page } from '@playwright/test'
import { expect, openDesk, openSignedIn, test } from '../support/operator.ts'
import { PLAIN_PAGES } from '../support/pages.ts'
import { fillWithStates } from '../support/states.ts'
import { FRAME, STRUCTURES } from '../support/structures.ts'

const desk = openDesk()
// As wide as the list needs for all of its columns.
test.use({ viewport: { width: 1440, height: 900 } })

async function expectStructure(page: Page, path: string, name = path): Promise<void> {
  await page.goto(desk.server.url + path)
  await expect(page.locator('body')).toMatchAriaSnapshot(FRAME)
  const structure = STRUCTURES[name]
  if (structure !== undefined) await expect(page.locator('main')).toMatchAriaSnapshot(structure)
}

test('the sign-in asks for a token', async ({ page }) => {
  await page.goto(`${desk.server.url}/sign-in`)
  await expect(page.locator('main')).toMatchAriaSnapshot(`
- heading "Sign in" [level=1]
- textbox "Token"
- button "Sign in"
`)
})

test('every page has its parts, in their order', async ({ page }) => {
  test.setTimeout(180_000)
  await fillWithStates(desk.client)
  const order = { action: 'cancel' as const, ids: ['success', 'gone'], reason: 'to be looked at' }
  const { operation } = await desk.client.call('runOperation', order)
  const { incidents } = await desk.client.call('listIncidents', {})
  const { workers } = await desk.client.call('listWorkers', {})
  const dead = workers.find(({ state }) => state === 'dead')
  await openSignedIn(page, desk.server, '/')
  for (const path of [...PLAIN_PAGES, '/tasks/interrupted']) await expectStructure(page, path)
  await expectStructure(page, `/incidents/${incidents[0]?.id}`, 'incident')
  await expectStructure(page, `/workers/${dead?.id}`, 'worker')
  await expectStructure(page, `/operations/${operation.id}`, 'operation')
})
