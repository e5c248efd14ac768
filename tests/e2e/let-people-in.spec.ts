/** From the link that the first start prints to a team of three: who may do what, what is on record of it, and who is out again. */
import type { Browser, Page } from '@playwright/test'
import { createClient } from '#lib/worker/client.ts'
import { expect, openDesk, taskPage, test } from '../support/operator.ts'

const desk = openDesk({ env: { ROLLCALL_ADMIN_TOKEN: undefined } })
const PASSWORD = 'correct horse battery'

test.describe.configure({ mode: 'serial' })

/** The secret that a page shows once. */
async function shown(page: Page): Promise<string> {
  return (await page.getByRole('status').locator('code').innerText()).replace(/^.*ROLLCALL_TOKEN=/, '')
}

async function join(page: Page, link: string, login: string, name: string) {
  await page.goto(link)
  await page.getByLabel('Name or e-mail address to sign in with').fill(login)
  await page.getByLabel('Your name, as history shows it').fill(name)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: /^(Become|Join)/ }).click()
}

async function invite(page: Page, role: string, name: string): Promise<string> {
  await page.goto(`${desk.server.url}/settings/members`)
  await page.getByLabel('Whom it is for').fill(name)
  await page.getByLabel('Role', { exact: true }).selectOption(role)
  await page.getByRole('button', { name: 'Invite' }).click()
  return shown(page)
}

/** Ends on the list of tasks, unless the sign-in is refused. */
async function signIn(page: Page, login: string, password = PASSWORD, refused = false) {
  await page.goto(`${desk.server.url}/sign-in`)
  await page.getByLabel('Name or e-mail address').fill(login)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  if (!refused) await page.waitForURL('**/tasks')
}

async function another(browser: Browser): Promise<Page> {
  return (await browser.newContext()).newPage()
}

let adminToken = ''
const admin = () => createClient({ url: desk.server.url, token: adminToken })

test('the link of the first start makes an admin, once, and a token', async ({ page, browser }) => {
  const [, link = ''] = /^ {4}(http:\/\/\S+)$/m.exec(desk.server.output()) ?? []
  await page.goto(`${desk.server.url}/tasks`)
  await expect(page.getByText('Nobody has joined this ledger yet.')).toBeVisible()
  const path = new URL(link).pathname
  await join(page, desk.server.url + path, 'ada', 'Ada Lovelace')
  await page.waitForURL('**/settings/tokens')
  await page.getByLabel('Who or what comes with it').fill('my terminal')
  await page.getByLabel('Role', { exact: true }).selectOption('admin')
  await page.getByRole('button', { name: 'Make the token' }).click()
  adminToken = await shown(page)
  expect(adminToken).toMatch(/^rc_/)
  await expect(page.getByRole('row', { name: /my terminal/ })).toBeVisible()
  const second = await another(browser)
  await second.goto(desk.server.url + path)
  await expect(second.getByRole('heading', { name: 'This link opens nothing' })).toBeVisible()
})

test('an operator who was invited acts, and a viewer cannot', async ({ page, browser }) => {
  await signIn(page, 'ada')
  const { task } = await admin().call('createTask', { id: 'task-1', title: 'Fix login' })
  const operator = await another(browser)
  await join(operator, await invite(page, 'operator', 'Ana Ruiz'), 'ana', 'Ana Ruiz')
  await operator.waitForURL(`${desk.server.url}/`)
  await operator.goto(`${desk.server.url}/tasks/${task.id}`)
  const seen = taskPage(operator)
  await seen.act('Cancel…').click()
  await seen.dialog.getByLabel('Reason').fill('nobody needs it any more')
  await seen.dialog.getByRole('button', { name: 'Cancel the task' }).click()
  await expect(seen.status).toHaveText('Cancelled')
  await operator.goto(`${desk.server.url}/settings/tokens`)
  await expect(operator.getByText('Tokens are for admins.')).toBeVisible()

  const viewer = await another(browser)
  await join(viewer, await invite(page, 'viewer', 'Ben'), 'ben', 'Ben')
  await viewer.waitForURL(`${desk.server.url}/`)
  await viewer.goto(`${desk.server.url}/tasks/${task.id}`)
  await expect(taskPage(viewer).act('Note…')).toHaveAttribute('aria-disabled', 'true')

  const { entries } = await admin().call('listAudit', { limit: 100 })
  const told = entries.map(({ actor, action, result }) => `${actor.name} ${action} ${result}`)
  for (const line of [
    ...['Ada Lovelace joinByLink done', 'Ada Lovelace createToken done', 'Ada Lovelace inviteMember done'],
    ...['Ana Ruiz joinByLink done', 'Ana Ruiz signIn done', 'Ana Ruiz cancelTask done', 'Ben joinByLink done'],
  ]) {
    expect(told).toContain(line)
  }
  expect(JSON.stringify(entries)).not.toContain(PASSWORD)
  await operator.context().close()
  await viewer.context().close()
})

test('a member who is removed is out at once, and the last admin cannot be', async ({ page, browser }) => {
  const ben = await another(browser)
  await signIn(ben, 'ben')
  await signIn(page, 'ada')
  await page.goto(`${desk.server.url}/settings/members`)
  const own = page.getByRole('row', { name: /Ada Lovelace/ })
  await expect(own.getByRole('button', { name: 'Remove…' })).toHaveAttribute('aria-disabled', 'true')
  const row = page.getByRole('table', { name: 'Members' }).getByRole('row', { name: /^Ben/ })
  await row.getByRole('button', { name: 'Remove…' }).click()
  await page.getByRole('dialog').getByLabel('Reason').fill('has left the team')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the member' }).click()
  await expect(row).toBeHidden()
  await ben.goto(`${desk.server.url}/workers`)
  await expect(ben).toHaveURL(/\/sign-in\?next=/)
  await signIn(ben, 'ben', PASSWORD, true)
  await expect(ben.getByText('This name and this password do not belong together.')).toBeVisible()
  await ben.context().close()
})

test('a forgotten password is set anew by a link, and a changed one signs out the other browsers', async ({
  page,
  browser,
}) => {
  await signIn(page, 'ada')
  await page.goto(`${desk.server.url}/settings/members`)
  const row = page.getByRole('table', { name: 'Members' }).getByRole('row', { name: /^Ana Ruiz/ })
  await row.getByRole('button', { name: 'New password' }).click()
  const ana = await another(browser)
  await ana.goto(await shown(page))
  await ana.getByLabel('Password').fill('another good password')
  await ana.getByRole('button', { name: 'Set the password' }).click()
  await ana.waitForURL(`${desk.server.url}/`)
  const elsewhere = await another(browser)
  await signIn(elsewhere, 'ana', 'another good password')
  await ana.goto(`${desk.server.url}/settings`)
  await ana.getByLabel('Password now').fill('another good password')
  await ana.getByLabel('New password').fill('the third good password')
  await ana.getByRole('button', { name: 'Change the password' }).click()
  await expect(ana.getByText('The password is changed')).toBeVisible()
  await elsewhere.goto(`${desk.server.url}/workers`)
  await expect(elsewhere).toHaveURL(/\/sign-in/)
  await expect(ana.getByRole('table', { name: 'Sign-ins' }).getByRole('row')).toHaveCount(2)
  await ana.context().close()
  await elsewhere.context().close()
})
