/** A log of many lines: the end is followed until the reader scrolls up, and every line can be found and taken along. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { expect, openDesk, openSignedIn, taskPage, test } from '../support/operator.ts'

const desk = openDesk()
const CHUNKS = 100
const LINES_A_CHUNK = 60

async function begin(id: string) {
  const { worker } = await desk.client.call('registerWorker', { host: hostname(), pid: process.pid, leaseMs: 600_000 })
  await desk.client.call('createTask', { id, title: 'Build everything', start: { workerId: worker.id } })
  return { taskId: id, workerId: worker.id, attempt: 1 }
}

function chunk(number: number) {
  const lines = Array.from({ length: LINES_A_CHUNK }, (_, line) => `line ${(number - 1) * LINES_A_CHUNK + line + 1};\n`)
  return { id: `m${number}`, stream: 'stdout' as const, sequence: number, data: lines.join('') }
}

test('an operator reads a log of thousands of lines while it is written', async ({ page }) => {
  const ref = await begin('long-log')
  const messages = Array.from({ length: CHUNKS }, (_, index) => chunk(index + 1))
  await desk.client.call('appendOutput', { ...ref, messages })
  await openSignedIn(page, desk.server, '/tasks/long-log')
  const { output } = taskPage(page)
  const line = (number: number) => output.getByText(`line ${number};`, { exact: true })
  await expect(page.getByText('6,000 lines')).toBeVisible()
  await expect(line(6000)).toBeInViewport()
  expect(await output.locator('[data-line]').count()).toBeLessThanOrEqual(3000)

  await desk.client.call('appendOutput', { ...ref, messages: [chunk(CHUNKS + 1)] })
  await expect(line(6060)).toBeInViewport()

  await page.getByLabel('Find in the output').fill('line 777;')
  await page.getByLabel('Find in the output').press('Enter')
  await expect(line(777)).toBeInViewport()
  await expect(page.getByText('1 of 1', { exact: true })).toBeVisible()
  await expect(page.getByLabel('Follow')).not.toBeChecked()
  await desk.client.call('appendOutput', { ...ref, messages: [chunk(CHUNKS + 2)] })
  await expect(page.getByText('6,120 lines')).toBeVisible()
  await expect(line(777)).toBeInViewport()

  await output.getByRole('button', { name: /lines after these/ }).click()
  await expect(output.getByRole('button', { name: /lines before these/ })).toBeVisible()
  await page.getByLabel('Follow').check()
  await expect(line(6120)).toBeInViewport()

  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download' }).click()
  const text = readFileSync(await (await downloading).path(), 'utf8')
  expect(text.split('\n').slice(0, 2)).toEqual(['line 1;', 'line 2;'])
  expect(text.split('\n')).toHaveLength(6121)
})
