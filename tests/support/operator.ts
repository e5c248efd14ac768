/**
 * What an operator has: a browser, the server behind it, and the `rollcall` command. A page that writes an error to its
 * console, or throws one, fails its test.
 */
import { type BrowserContext, test as base, expect, type Locator, type Page } from '@playwright/test'
import type { Role } from '#lib/task/schema.ts'
import { type Client, createClient } from '#lib/worker/client.ts'
import { type Cli, openBuiltCli, type Run } from './cli.ts'
import { eventually } from './eventually.ts'
import { type Server, type ServerOptions, startServer } from './server.ts'

export { expect } from '@playwright/test'

interface Expectations {
  /** What a test brings about itself: a server that goes away, an address that leads nowhere. */
  expectedErrors: RegExp
}

/** A server that comes back answers 503 until its sweeper has run: that is told to the person, and to the console. */
export const LOST_CONNECTIONS = /net::ERR_|Failed to fetch|network error|responded with a status of 503/i
export const MISSING_PAGES = /responded with a status of 404/
const NONE = /^(?!)/

export const test = base.extend<Expectations & { console: undefined }>({
  expectedErrors: [NONE, { option: true }],
  console: [
    async ({ context, expectedErrors }, use) => {
      const errors: string[] = []
      context.on('console', (message) => {
        const unexpected = message.type() === 'error' && !expectedErrors.test(message.text())
        if (unexpected) errors.push(`${message.text()} (${message.location().url})`)
      })
      context.on('weberror', (error) => errors.push(String(error.error())))
      await use(undefined)
      expect(errors, 'errors on the console').toEqual([])
    },
    { auto: true },
  ],
})

/** A server with its command, for the whole of a file. */
export interface Desk {
  readonly server: Server
  readonly client: Client
  rollcall(...args: string[]): Run
  /** Resolves once a task of this id can be read. */
  onRecord(taskId: string): Promise<unknown>
  /** Takes the server's place, for instance after it was killed. */
  restart(options?: ServerOptions): Promise<Server>
  /** The secret of a new token. */
  tokenOf(role: Role): Promise<string>
}

export function openDesk(options: ServerOptions = {}): Desk {
  let server: Server
  let cli: Cli
  test.beforeAll(async () => {
    server = await startServer(options)
    cli = openBuiltCli({ ROLLCALL_URL: server.url, ROLLCALL_TOKEN: server.adminToken })
  })
  test.afterAll(async () => {
    await cli?.stop()
    await server?.stop()
  })
  return {
    get server() {
      return server
    },
    get client() {
      return createClient({ url: server.url, token: server.adminToken })
    },
    rollcall: (...args) => cli.start(args),
    onRecord(taskId) {
      return eventually(`${taskId} is on record`, () => this.client.call('getTask', { taskId }).catch(() => undefined))
    },
    async restart(more = {}) {
      const { databaseUrl, url } = server
      server = await startServer({ ...options, databaseUrl, port: Number(new URL(url).port), ...more })
      return server
    },
    async tokenOf(role) {
      const { secret } = await this.client.call('createToken', { name: `the ${role}`, role })
      return secret
    },
  }
}

/** Signs in by the form and ends on the page that was asked for. */
export async function openSignedIn(page: Page, { url, adminToken }: Server, path = '/tasks', token = adminToken) {
  await page.goto(url + path)
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(url + path)
}

/** The parts of a task's page. */
export function taskPage(page: Page) {
  const timeline = page.getByRole('region', { name: 'Attempts and timeline' })
  return {
    status: page.locator('main h1 + span'),
    next: page.getByRole('region', { name: 'What happens next' }),
    output: page.getByRole('region', { name: 'Output' }),
    dialog: page.getByRole('dialog'),
    timeline,
    attempt: (number: number) => page.locator(`tr[data-attempt="${number}"]`),
    events: () => namesOf(timeline.locator('li[data-event]'), 'data-event'),
    panel: (name: string) => page.getByRole('button', { name, exact: true }),
    act: (name: string) => page.getByRole('button', { name, exact: true }),
  }
}

export function row(page: Page, taskId: string): Locator {
  return page.locator(`tr[data-task="${taskId}"]`)
}

export function rows(page: Page): Promise<string[]> {
  return namesOf(page.locator('tr[data-task]'), 'data-task')
}

async function namesOf(elements: Locator, attribute: string): Promise<string[]> {
  return elements.evaluateAll((all, name) => all.map((one) => one.getAttribute(name) ?? ''), attribute)
}

/** Marks the document, to tell later that it was not loaded anew. */
export async function markDocument(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => document.documentElement.setAttribute('data-marked', ''))
  return () => page.evaluate(() => document.documentElement.hasAttribute('data-marked'))
}

export type { BrowserContext }
