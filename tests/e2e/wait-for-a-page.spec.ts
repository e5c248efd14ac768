/** A page that is long in coming: what stands in its place has its geometry, so that nothing jumps when it is there. */
import type { Locator, Page } from '@playwright/test'
import { expect, openDesk, openSignedIn, test } from '../support/operator.ts'
import { fillWithStates } from '../support/states.ts'

const desk = openDesk()
const SHIFT_MAX = 0.02
/** A hairline more or less is no jump. */
const JUMP_PX = 2
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]
/** By name: where the list of the page begins, which is what an eye has gone to. */
const PLACES = [
  'Tasks',
  'Incidents',
  'Workers',
  'Sessions',
  'Recovery',
  'Operations',
  'Errors',
  'Audit',
  'Now',
] as const

test.beforeAll(async () => {
  await fillWithStates(desk.client)
  await desk.client.call('runOperation', { action: 'note', ids: ['queued'], reason: 'to be looked at' })
})

/** Holds back what the app asks for a page, until it is let go. */
async function holdPages(page: Page): Promise<{ hold: () => void; letGo: () => void }> {
  let gate = Promise.resolve()
  let open = () => {}
  await page.route(
    (url) => url.searchParams.has('_rsc'),
    async (route) => {
      await gate
      await route.continue()
    },
  )
  return {
    hold() {
      gate = new Promise((resolve) => {
        open = () => resolve()
      })
    },
    letGo: () => open(),
  }
}

async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const marked = window as unknown as { shifted: number }
    marked.shifted = 0
    new PerformanceObserver((list) => {
      // What the browser's own figure leaves out, because a press came before it, is counted here as well.
      for (const entry of list.getEntries()) marked.shifted += (entry as unknown as { value: number }).value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  return () => page.evaluate(() => (window as unknown as { shifted: number }).shifted)
}

const topOf = (element: Locator) => element.first().evaluate((one) => one.getBoundingClientRect().top)

for (const viewport of WIDTHS) {
  test(`nothing jumps between the pages at a width of ${viewport.width}`, async ({ page }) => {
    test.setTimeout(180_000)
    await page.setViewportSize(viewport)
    const shifted = await watchShifts(page)
    const { hold, letGo } = await holdPages(page)
    await openSignedIn(page, desk.server, '/settings')
    for (const name of PLACES) {
      await page.evaluate(() => document.fonts.ready)
      const before = await shifted()
      hold()
      // On a phone the pages stand in a menu; the link is the same.
      await page
        .getByRole('navigation', { name: 'Pages', includeHidden: true })
        .first()
        .getByText(name, { exact: true })
        .evaluate((link: HTMLElement) => link.click())
      const place = page.locator('[data-skeleton][data-shown]')
      await expect(place, name).toBeVisible()
      await expect(page.locator('main')).toBeHidden()
      const awaited = await topOf(place.locator('.skeleton-rows'))
      letGo()
      await expect(place, name).toHaveCount(0)
      await expect(page.locator('main')).toBeVisible()
      const rows = page.locator('main :is(tbody tr, ol > li, main section + div)')
      if (name !== 'Now' && name !== 'Workers') {
        await expect(rows.first()).toBeVisible()
        expect(Math.abs((await topOf(rows)) - awaited), `${name} at ${viewport.width}`).toBeLessThanOrEqual(JUMP_PX)
      }
      expect((await shifted()) - before, `shift of ${name}`).toBeLessThanOrEqual(SHIFT_MAX)
    }
  })
}

test('a page that comes within a glance is not announced', async ({ page }) => {
  await page.clock.install()
  await openSignedIn(page, desk.server, '/workers')
  const open = async (name: string) => {
    await page.getByRole('link', { name, exact: true }).click()
    await expect(page.getByRole('heading', { name })).toBeVisible()
  }
  await open('Sessions')
  // No timer ends while the page is on its way, however slow the machine is.
  await page.clock.pauseAt(new Date(await page.evaluate(() => Date.now() + 1000)))
  await open('Errors')
  await page.clock.runFor(5000)
  await expect(page.locator('[data-skeleton][data-shown]')).toHaveCount(0)
  await expect(page.locator('main')).toBeVisible()
})
