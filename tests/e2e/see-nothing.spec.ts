/** A list without rows says which of five it is: never any, none that match, none and that is good, not known, not shown. */
import type { Page } from '@playwright/test'
import { expect, openDesk, openSignedIn, taskPage, test } from '../support/operator.ts'
import { fillWithStates } from '../support/states.ts'

const desk = openDesk()

/** What it says of itself, in the order in which it stands on the page. */
async function expectEmpty(page: Page, path: string, ...states: readonly [kind: string, words: string | RegExp][]) {
  await page.goto(desk.server.url + path)
  const found = page.locator('main [data-empty]:visible')
  await expect(found, path).toHaveCount(states.length)
  for (const [place, [kind, words]] of states.entries()) {
    await expect(found.nth(place), path).toHaveAttribute('data-empty', kind)
    await expect(found.nth(place), path).toContainText(words)
  }
}

test('a ledger in which nothing ever was says how to begin', async ({ page }) => {
  await openSignedIn(page, desk.server, '/tasks')
  await expect(page.getByRole('heading', { name: 'No task on record yet' })).toBeVisible()
  await expect(page.getByText('npx rollcall run --title "My first task" -- sleep 600')).toBeVisible()
  await expectEmpty(page, '/workers', ['never', "npx rollcall work --skill shell --exec 'sleep 5'"])
  await expectEmpty(page, '/sessions', ['never', 'npx rollcall run --session'])
  await expectEmpty(page, '/operations', ['never', 'No bulk act yet.'])
  await expectEmpty(page, '/incidents?state=all', ['never', 'One opens by itself when a worker dies'])
  await expectEmpty(page, '/settings/members', ['never', 'Nobody has joined yet.'])
  await expectEmpty(page, '/settings/webhooks', ['never', 'No webhook yet.'])
})

test('what is good is told as that, with when it was looked at', async ({ page }) => {
  await openSignedIn(page, desk.server, '/recovery')
  await expectEmpty(page, '/recovery', ['good', /Nothing is interrupted\. ?Checked \d+ s ago\./])
  await expectEmpty(page, '/incidents', ['good', /Nothing is open.*Checked \d+ s ago\./])
  await expectEmpty(page, '/errors', ['good', 'No task of the last seven days has an error.'])
})

test('what does not match says how to widen, and does', async ({ page }) => {
  await fillWithStates(desk.client)
  await openSignedIn(page, desk.server, '/tasks')
  await expectEmpty(page, '/tasks?status=waiting', ['filtered', 'None of these in 24 h.'])
  await page.getByRole('link', { name: 'Look at 7 days' }).click()
  await page.waitForURL(/since=7d/)
  await page.getByRole('link', { name: 'Look at 30 days' }).click()
  await page.waitForURL(/since=30d/)
  await page.getByRole('link', { name: 'Clear the filter' }).click()
  await page.waitForURL(/\/tasks$/)
  await expectEmpty(page, '/incidents?state=resolved', ['filtered', 'No incident has been resolved yet.'])
  await expectEmpty(page, '/audit?actor=nobody', ['filtered', 'No act matches.'])
})

test('a filter that is not known is not answered with none', async ({ page }) => {
  await openSignedIn(page, desk.server, '/tasks')
  await expectEmpty(page, '/tasks?status=unknown', ['unknown', 'Not looked for'])
})

test('the parts of a task say why they hold nothing', async ({ page }) => {
  await fillWithStates(desk.client)
  await openSignedIn(page, desk.server, '/tasks')
  await expectEmpty(page, '/tasks/queued', ['never', 'Not begun, so nothing is written.'])
  await expectEmpty(page, '/tasks/success', ['good', 'Ended without output.'])
  const task = taskPage(page)
  await task.panel('Refusals').click()
  await expect(task.timeline.locator('[data-empty="filtered"]')).toContainText('Nothing was refused.')
  await page.goto(`${desk.server.url}/tasks/queued`)
  await task.panel('Session').click()
  await expect(page.locator('[data-empty="never"]:visible')).toContainText('No agent session was linked')
  await task.panel('Payload').click()
  await expect(page.locator('[data-empty="never"]:visible')).toHaveText([
    /It was given no payload/,
    /No compensation is registered/,
  ])
})

test('who is not shown something is told who is', async ({ page }) => {
  await openSignedIn(page, desk.server, '/tasks', await desk.tokenOf('viewer'))
  await expectEmpty(page, '/audit', ['forbidden', 'The audit log is for operators.'])
  for (const path of ['members', 'tokens', 'sign-ins', 'webhooks'])
    await expectEmpty(page, `/settings/${path}`, ['forbidden', 'You are a viewer. An admin sees them'])
})
