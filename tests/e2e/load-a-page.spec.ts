/** What a browser has to load before somebody can act: the script of the first pages, as it was sent. */
import type { Page } from '@playwright/test'
import { expect, openDesk, openSignedIn, test } from '../support/operator.ts'

const desk = openDesk()
const LIMIT_BYTES = 150 * 1024
/** The chart of the first page comes after its figures, once it is near, and has a limit of its own. */
const CHART_BYTES = 16 * 1024

test.beforeAll(async () => {
  const { worker } = await desk.client.call('registerWorker', { host: 'elsewhere', pid: 7 })
  await desk.client.call('createTask', { id: 'at-work', title: 'Fix login', start: { workerId: worker.id } })
})

/** Bytes of script on the wire by address, from an empty cache until `shown` can be seen. */
async function scriptsOf(page: Page, path: string, shown: () => Promise<void>): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  const measured: Promise<void>[] = []
  page.on('requestfinished', (request) => {
    if (request.resourceType() !== 'script') return
    measured.push(request.sizes().then(({ responseBodySize }) => void sizes.set(request.url(), responseBodySize)))
  })
  await page.goto(desk.server.url + path)
  await shown()
  await page.waitForLoadState('load')
  await Promise.all(measured)
  return sizes
}

const total = (sizes: Iterable<number>) => [...sizes].reduce((sum, size) => sum + size, 0)

for (const path of ['/', '/tasks']) {
  test(`${path} can be used with less than 150 KiB of script`, async ({ page, browser }) => {
    await openSignedIn(page, desk.server, path)
    const { cookies } = await page.context().storageState()
    const context = await browser.newContext()
    await context.addCookies(cookies)
    const fresh = await context.newPage()
    const chart = fresh.getByRole('group', { name: /^Attempts by worker/ })
    const task = fresh.getByRole('link', { name: 'Fix login' })
    const sizes = await scriptsOf(fresh, path, () => expect(path === '/' ? chart : task).toBeVisible())
    const asked = await fresh.evaluate(async (href) => (await fetch(href)).text(), path)
    await context.close()
    const [first, later] = [true, false].map((inPage) =>
      [...sizes].filter(([url]) => asked.includes(new URL(url).pathname) === inPage).map(([, size]) => size),
    )
    const list = [...sizes].map(([url, size]) => `${size} ${url}`).join('\n')
    expect(first?.length, list).toBeGreaterThan(3)
    expect(total(first ?? []), list).toBeLessThan(LIMIT_BYTES)
    expect(total(later ?? []), list).toBeLessThan(path === '/' ? CHART_BYTES : 1)
  })
}
