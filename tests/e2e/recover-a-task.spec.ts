/** The story that Rollcall is for: a worker is killed, the open page says so, a person hands its task on, another ends it. */
import {
  expect,
  LOST_CONNECTIONS,
  markDocument,
  openDesk,
  openSignedIn,
  row,
  taskPage,
  test,
} from '../support/operator.ts'

const NOTICED_MS = 2000
const LOOP = 'n=0; while :; do n=$((n+1)); echo "line $n"; sleep 0.2; done'
const HISTORY = [
  'task.finished',
  'task.started',
  'task.reassigned',
  'task.interrupted',
  'task.session_linked',
  'task.started',
  'task.created',
]

const desk = openDesk()

function startAgent(id: string, session: string) {
  const about = ['--title', 'Fix login', '--repo', 'acme/api', '--issue', '1104', '--agent', 'coder']
  return desk.rollcall('run', '--id', id, ...about, '--session', session, '--', 'sh', '-c', LOOP)
}

test('sees a killed worker’s task interrupted within 2 s, hands it on and sees it succeed', async ({ page }) => {
  const id = 'killed-agent'
  const task = taskPage(page)
  await openSignedIn(page, desk.server)
  const agent = startAgent(id, 'conversation-1')
  await row(page, id).getByRole('link', { name: 'Fix login' }).click()
  await expect(task.status).toHaveText('Running')
  await expect(task.output).toContainText('line 3')
  const isSameDocument = await markDocument(page)
  await expect(task.output).toContainText('line 8')

  const killedAt = performance.now()
  agent.process.kill('SIGKILL')
  await expect(task.status).toHaveText('Interrupted', { timeout: NOTICED_MS })
  expect(performance.now() - killedAt).toBeLessThanOrEqual(NOTICED_MS)
  await expect(task.next.getByRole('timer')).toHaveText(/^00:\d\d$/)
  await expect(task.next).toContainText('Reassign to any worker, because its worker process is gone.')
  await expect(task.timeline).toContainText(
    new RegExp(String.raw`\[recovery\] task ${id} interrupted: acme/api#1104 "Fix login" agent=coder worker=\S+ ran=`),
  )
  await expect(task.timeline).toContainText('next: reassign in 10s')
  await task.panel('Session').click()
  await expect(page.getByText('conversation-1', { exact: true })).toBeVisible()
  await expect(page.getByText('Invalidated', { exact: true })).toBeVisible()

  await task.act('Reassign…').click()
  await task.dialog.getByLabel('Reason').fill('its host was rebooted')
  await task.dialog.getByRole('button', { name: 'Reassign the task' }).click()
  await expect(task.status).toHaveText('Assigned')
  await expect(task.act('Undo')).toBeVisible()
  const worker = desk.rollcall('work', '--once', '--exec', 'echo "attempt $ROLLCALL_ATTEMPT of $ROLLCALL_TITLE"')
  await expect(task.status).toHaveText('Success', { timeout: 25_000 })
  expect(await worker.ended).toBe(0)

  await expect(task.attempt(1)).toHaveAttribute('data-status', 'interrupted')
  await expect(task.attempt(2)).toHaveAttribute('data-status', 'success')
  expect(await task.events()).toEqual(HISTORY)
  await expect(task.timeline).toContainText('its host was rebooted')
  await task.panel('Output').click()
  await expect(task.output).toContainText('attempt 2 of Fix login')
  await expect(task.next).toContainText('sealed')
  expect(await isSameDocument()).toBe(true)
})

test.describe('while the server itself is killed', () => {
  test.use({ expectedErrors: LOST_CONNECTIONS })

  test('the open page comes back by itself, with the task interrupted at boot', async ({ page }) => {
    const id = 'agent-of-a-dead-server'
    const task = taskPage(page)
    const agent = startAgent(id, 'conversation-2')
    await desk.onRecord(id)
    await openSignedIn(page, desk.server, `/tasks/${id}`)
    await expect(task.status).toHaveText('Running')
    await expect(task.output).toContainText('line 3')
    const isSameDocument = await markDocument(page)

    await desk.server.kill('SIGKILL')
    agent.process.kill('SIGKILL')
    await agent.ended
    await expect(page.getByText(/has not answered for/)).toBeVisible({ timeout: 15_000 })
    await expect(task.status).toHaveText('Running')

    const server = await desk.restart()
    const output = server.output()
    expect(output.indexOf(`[recovery] task ${id} interrupted`)).toBeGreaterThanOrEqual(0)
    expect(output.indexOf(`[recovery] task ${id} interrupted`)).toBeLessThan(output.indexOf('rollcall: listening on'))
    await expect(task.status).toHaveText('Interrupted')
    await expect(page.getByText(/has not answered for/)).toBeHidden()
    await task.act('Reassign…').click()
    await task.dialog.getByLabel('Reason').fill('the server was killed as well')
    await task.dialog.getByRole('button', { name: 'Reassign the task' }).click()
    await expect(task.status).toHaveText('Assigned')
    const worker = desk.rollcall('work', '--once', '--exec', 'true')
    await expect(task.status).toHaveText('Success', { timeout: 25_000 })
    expect(await worker.ended).toBe(0)
    expect(await task.events()).toEqual(HISTORY)
    expect(await isSameDocument()).toBe(true)
  })

  test('an act that was pressed meanwhile waits for it, and is done once', async ({ page }) => {
    const task = taskPage(page)
    await desk.client.call('createTask', { id: 'noted', title: 'Fix login' })
    await openSignedIn(page, desk.server, '/tasks/noted')
    await task.act('Note…').click()
    await task.dialog.getByRole('textbox').fill('pressed while nobody listened')
    await desk.server.kill('SIGKILL')
    await task.dialog.getByRole('button', { name: 'Add the note' }).click()
    await expect(page.getByText(/has not answered for/)).toBeVisible({ timeout: 15_000 })
    await expect(task.dialog.getByRole('textbox')).toHaveValue('pressed while nobody listened')
    await desk.restart()
    await expect(task.dialog).toBeHidden()
    await expect(task.timeline).toContainText('pressed while nobody listened')
    expect(await task.events()).toEqual(['task.noted', 'task.created'])
  })
})
