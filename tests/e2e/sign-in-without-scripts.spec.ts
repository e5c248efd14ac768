/** Where a browser runs no scripts, forms are sent and followed as HTML has it, under the policy of the pages all the same. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { createClient } from '#lib/worker/client.ts'
import { removeFolder } from '../support/folders.ts'
import { CLIENT, startIdentityProvider, type TestProvider } from '../support/identity-provider.ts'
import { expect, test } from '../support/operator.ts'
import { freePort, type Server, startServer } from '../support/server.ts'

let server: Server
let provider: TestProvider
let folder: string

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-no-scripts-'))
  const port = await freePort()
  provider = await startIdentityProvider(`http://127.0.0.1:${port}/sign-in/provider/callback`)
  const asked = { name: 'Acme', issuer: provider.issuer, clientId: CLIENT.id, clientSecret: 'TEST_CLIENT_SECRET' }
  const path = join(folder, 'rollcall.json')
  const roles = { admin: ['sre'], operator: ['on-call'], viewer: ['staff'] }
  writeFileSync(path, JSON.stringify({ access: { provider: { ...asked, roles } } }))
  server = await startServer({ port, env: { ROLLCALL_CONFIG: path, TEST_CLIENT_SECRET: CLIENT.secret } })
})
test.afterAll(async () => {
  await server?.stop()
  await provider?.stop()
  removeFolder(folder)
})

async function withoutScripts(browser: Browser): Promise<Page> {
  return (await browser.newContext({ javaScriptEnabled: false })).newPage()
}

test('a provider signs somebody in, and the policy of the page lets the browser go there and back', async ({
  browser,
}) => {
  provider.signsIn({ subject: 'subject-ana', name: 'Ana Ruiz', login: 'ana', groups: ['on-call'] })
  const page = await withoutScripts(browser)
  const answer = await page.goto(`${server.url}/sign-in?next=/workers`)
  expect(answer?.headers()['content-security-policy']).toContain("form-action 'self'")
  await page.getByRole('link', { name: 'Sign in with Acme' }).click()
  await page.waitForURL(`${server.url}/workers`)
  await expect(page.getByRole('button', { name: 'Ana Ruiz, menu' })).toBeVisible()
  await page.context().close()
})

test('a link is followed, and a name and a password sign in', async ({ browser }) => {
  const admin = createClient({ url: server.url, token: server.adminToken })
  const { path } = await admin.call('inviteMember', { role: 'viewer' })
  const joining = await withoutScripts(browser)
  await joining.goto(server.url + path)
  await joining.getByLabel('Name or e-mail address to sign in with').fill('ben')
  await joining.getByLabel('Your name, as history shows it').fill('Ben')
  await joining.getByLabel('Password').fill('correct horse battery')
  await joining.getByRole('button', { name: /^Join/ }).click()
  await joining.waitForURL(`${server.url}/`)
  await joining.context().close()

  const page = await withoutScripts(browser)
  await page.goto(`${server.url}/sign-in?next=/incidents`)
  await page.getByLabel('Name or e-mail address').fill('ben')
  await page.getByLabel('Password', { exact: true }).fill('wrong horse battery')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByText('do not belong together')).toBeVisible()
  await page.getByLabel('Name or e-mail address').fill('ben')
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL(`${server.url}/incidents`)
  await page.context().close()
})
