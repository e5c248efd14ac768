/** What recovery did stands on its page: the hint of a boot that met a dead worker, and what waits for the next step. */
import { expect, openDesk, openSignedIn, row, test } from '../support/operator.ts'

const desk = openDesk()

test('shows the hint of a boot that met a dead worker', async ({ page }) => {
  const about = ['--title', 'Fix login', '--repo', 'acme/api', '--issue', '1104']
  const run = desk.rollcall('run', '--id', 'left-behind', '--session', 'conversation-1', ...about, '--', 'sleep', '600')
  await desk.onRecord('left-behind')
  await desk.server.kill('SIGKILL')
  run.process.kill('SIGKILL')
  await run.ended
  const server = await desk.restart()
  await openSignedIn(page, server, '/recovery')
  await expect(row(page, 'left-behind')).toContainText('Interrupted')
  await expect(row(page, 'left-behind')).toContainText(/Reassign in 00:\d\d/)
  const pass = page.locator('li[data-run]').filter({ hasText: '1 worker dead, 1 task interrupted' })
  await expect(pass).toContainText('Boot')
  const hint = pass.getByRole('link', {
    name: /^\[recovery\] task left-behind interrupted: acme\/api#1104 "Fix login"/,
  })
  const [printed = ''] = /^\[recovery\] .*$/m.exec(server.output()) ?? []
  await expect(hint).toHaveText(printed)
  await hint.click()
  await page.waitForURL(`${server.url}/tasks/left-behind`)
})
