/** Tabs of one browser share one connection to the event stream, and none of them misses an event. */
import type { Page } from '@playwright/test'
import { eventually } from '../support/eventually.ts'
import { expect, openDesk, openSignedIn, row, test } from '../support/operator.ts'

const desk = openDesk()

async function streams(): Promise<number> {
  const text = await (await fetch(`${desk.server.url}/metrics`)).text()
  return Number(/^rollcall_event_streams (\d+)$/m.exec(text)?.[1] ?? 0)
}

async function settleAt(count: number): Promise<void> {
  await eventually(`${count} streams are open`, async () => (await streams()) === count)
}

const create = async (id: string) => desk.client.call('createTask', { id, title: `Task ${id}` })
const cancel = (id: string) => desk.client.call('cancelTask', { taskId: id, reason: 'no longer needed' })
const shows = (page: Page, id: string, status: string) => expect(row(page, id)).toContainText(status, { timeout: 5000 })

test('two tabs have one stream, and the other goes on when the connected one is closed', async ({ page, context }) => {
  for (const id of ['first', 'second', 'third']) await create(id)
  await openSignedIn(page, desk.server)
  await settleAt(1)
  const other = await context.newPage()
  await other.goto(`${desk.server.url}/tasks`)
  await shows(other, 'first', 'Queued')
  await cancel('first')
  await shows(page, 'first', 'Cancelled')
  await shows(other, 'first', 'Cancelled')
  expect(await streams()).toBe(1)

  // The first one is the one that is connected.
  await page.close()
  await cancel('second')
  await shows(other, 'second', 'Cancelled')
  await settleAt(1)
  await cancel('third')
  await shows(other, 'third', 'Cancelled')
})

test('tells events of the moment in which nobody was connected', async ({ page, context }) => {
  for (const id of ['fourth', 'fifth']) await create(id)
  await openSignedIn(page, desk.server)
  const other = await context.newPage()
  await other.goto(`${desk.server.url}/tasks`)
  await cancel('fourth')
  await shows(other, 'fourth', 'Cancelled')
  await Promise.all([page.close(), cancel('fifth')])
  await shows(other, 'fifth', 'Cancelled')
})

function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** Keeps requests for these waiting until the given promise is there. */
async function hold(page: Page, pattern: string, until: Promise<unknown>): Promise<void> {
  await page.route(pattern, async (route) => {
    await until
    await route.continue()
  })
}

test('counts what comes between the reading of a page and its first connection', async ({ page }) => {
  const connected = gate()
  await create('sixth')
  await hold(page, '**/api/v1/events/stream*', connected.opened)
  await openSignedIn(page, desk.server)
  await shows(page, 'sixth', 'Queued')
  await create('seventh')
  connected.open()
  await expect(page.getByRole('button', { name: '1 new' })).toBeVisible()
})

test('a tab that joins hears of what the others were told since its page was read', async ({ page, context }) => {
  const loaded = gate()
  await create('eighth')
  await openSignedIn(page, desk.server)
  await settleAt(1)
  const other = await context.newPage()
  await hold(other, '**/_next/static/**/*.js', loaded.opened)
  await other.goto(`${desk.server.url}/tasks`, { waitUntil: 'commit' })
  await shows(other, 'eighth', 'Queued')
  await create('ninth')
  await expect(page.getByRole('button', { name: '1 new' })).toBeVisible()
  loaded.open()
  await expect(row(other, 'ninth')).toBeVisible()
})
