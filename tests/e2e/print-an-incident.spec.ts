/** An incident on paper: the whole of a small one, and of a large one what a person can hold, with where the rest is. */
import { expect, openDesk, openSignedIn, row, test } from '../support/operator.ts'

const desk = openDesk()
const BATCHES = 3
const EACH = 700

test.beforeAll(async () => {
  const { worker } = await desk.client.call('registerWorker', { host: 'burnt', pid: 8, name: 'burnt/8' })
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const tasks = Array.from({ length: EACH }, (_, number) => ({
      id: `lost-${batch}-${number}`,
      title: `A task of batch ${batch} that was lost, number ${number}`,
      strategy: 'hold-for-operator',
      start: { workerId: worker.id },
    }))
    await desk.client.call('createTasks', { tasks })
  }
  await desk.client.call('declareDead', { workerId: worker.id, reason: 'its host burnt down' })
})

test('what no paper holds is cut where the page says so, with the address of the whole', async ({ page }) => {
  test.setTimeout(180_000)
  await page.addInitScript(() => {
    window.print = () => document.documentElement.setAttribute('data-printed', '')
  })
  const { incidents } = await desk.client.call('listIncidents', {})
  const id = incidents[0]?.id ?? ''
  await openSignedIn(page, desk.server, `/incidents/${id}`)
  await expect(page.locator('tr[data-task]')).toHaveCount(500)
  await page.getByRole('link', { name: 'Print', exact: true }).click()
  await page.waitForURL(`**/incidents/${id}/paper`)
  await expect(page.getByText('2,000 of 2,100 tasks stand here')).toContainText('The other 100 are in the file of all:')
  await expect(page.getByText(`${desk.server.url}/exports/incidents/${id}?format=csv`)).toBeVisible()
  await expect(page.locator('tr[data-task]')).toHaveCount(2000)
  await expect(page.locator('html')).toHaveAttribute('data-printed')

  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  await expect(page.locator('thead')).toHaveCSS('display', 'table-header-group')
  await expect(page.locator('tr[data-task]').first()).toHaveCSS('break-inside', 'avoid')
  await expect(page.locator('tr[data-task] td').first()).toHaveCSS('white-space-collapse', 'collapse')
  // The newest of them; the first hundred are those that are left out.
  await expect(row(page, 'lost-2-0')).toContainText('lost-2-0')
  await expect(row(page, 'lost-0-0')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden()
  const sheets = (await page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []
  expect(sheets.length).toBeGreaterThan(40)
})
