/** A page whose end comes a little behind the rest of it, as from a server or over a line that has much to do. */
import type { Page } from '@playwright/test'
import { expect, openDesk, openSignedIn, row, rows, test } from '../support/operator.ts'

const desk = openDesk()

test.beforeAll(async () => {
  await desk.client.call('createTask', { id: 'one', title: 'Fix login', repo: 'acme/api' })
})

/** From at once to what an eye can see: between them the end comes while the rest is being drawn. */
const GAPS_MS = [3, 0, 12, 1, 60, 6, 25, 150]

/** Holds back the last line of each answer that the app renders. */
async function delayEnds(page: Page): Promise<void> {
  await page.addInitScript((gapsMs) => {
    const { fetch } = window
    let answers = 0
    window.fetch = async (...asked) => {
      const answer = await fetch(...asked)
      if (!answer.headers.get('content-type')?.startsWith('text/x-component')) return answer
      const text = await answer.text()
      const end = text.lastIndexOf('\n', text.length - 2) + 1
      const gapMs = gapsMs[answers % gapsMs.length]
      answers += 1
      const encoder = new TextEncoder()
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(encoder.encode(text.slice(0, end)))
          setTimeout(() => {
            controller.enqueue(encoder.encode(text.slice(end)))
            controller.close()
          }, gapMs)
        },
      })
      const { status, headers, url, redirected } = answer
      return Object.defineProperties(new Response(body, { status, headers }), {
        url: { value: url },
        redirected: { value: redirected },
      })
    }
  }, GAPS_MS)
}

test('goes from a full list to an empty one and back, whenever the end of the page comes', async ({ page }) => {
  await delayEnds(page)
  await openSignedIn(page, desk.server, '/tasks')
  await expect(row(page, 'one')).toBeVisible()
  for (const _ of GAPS_MS) {
    await page.getByRole('combobox', { name: 'Filter tasks' }).fill('repo:nobody/has-this')
    await page.keyboard.press('Enter')
    await expect(page.getByText('None of these in 24 h.')).toBeVisible()
    await expect.poll(() => rows(page)).toEqual([])
    await page.getByRole('link', { name: 'Clear the filter' }).click()
    await expect.poll(() => rows(page)).toEqual(['one'])
    await expect(page.getByText('None of these in 24 h.')).toHaveCount(0)
  }
})
