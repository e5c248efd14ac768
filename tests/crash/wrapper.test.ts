/** `rollcall run` is killed with SIGKILL: its task is interrupted and its command ends, within two seconds. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Client } from '#lib/worker/client.ts'
import { groupRuns } from '#lib/worker/process-group.ts'
import { type Cli, openBuiltCli } from '../support/cli.ts'
import { type CrashSite, clientOf, expectWhole, openCrashSite } from '../support/crash.ts'
import { eventually } from '../support/eventually.ts'
import { removeFolder } from '../support/folders.ts'

const NOTICED_MS = 2000

describe('a wrapper that is killed', () => {
  let site: CrashSite
  let client: Client
  let cli: Cli
  let folder: string
  beforeAll(async () => {
    site = await openCrashSite('sqlite')
    const server = await site.start()
    client = clientOf(server)
    cli = openBuiltCli({ ROLLCALL_URL: server.url, ROLLCALL_TOKEN: server.adminToken })
  })
  afterAll(async () => {
    await cli.stop()
    await site.remove()
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollcall-wrapper-'))
  })
  afterEach(() => removeFolder(folder))

  /** `rollcall run` of a script whose first act is to write its process group down. */
  const start = (id: string) => {
    const file = join(folder, 'group')
    const script = `echo $$ > ${file}; echo begun; sleep 600 & sleep 600`
    const run = cli.start(['run', '--id', id, '--session', `session-${id}`, '--', '/bin/sh', '-c', script])
    const group = () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0)
    return { run, group }
  }
  const find = (taskId: string) => client.call('getTask', { taskId }).catch(() => undefined)

  test('is noticed within 2 s with the proof, and its command is gone', async () => {
    const { run, group } = start('task-1')
    const processGroup = await eventually('the command runs', group)
    await eventually('its output is on record', async () => {
      const { chunks } = await client.call('readOutput', { taskId: 'task-1', attempt: 1 })
      return chunks.length > 0
    })
    expect(groupRuns(processGroup)).toBe(true)
    run.process.kill('SIGKILL')
    const [, answer] = await Promise.all([
      eventually('nothing of the command runs', () => !groupRuns(processGroup), NOTICED_MS),
      eventually('it is interrupted', () => interrupted('task-1'), NOTICED_MS),
    ])
    expect(answer).toMatchObject({
      task: { status: 'interrupted', nextAction: 'reassign', interruptions: 1, retriesUsed: 0 },
      attempts: [{ attempt: 1, status: 'interrupted', cause: 'proven' }],
      session: { id: 'session-task-1', status: 'invalidated' },
    })
    await expectWhole(site, 'after the death')
  })

  test('1 ms after its command began, has left the task on record', async () => {
    const watcher = watch(folder)
    const begun = once(watcher, 'change')
    const { run, group } = start('task-2')
    await begun
    run.process.kill('SIGKILL')
    watcher.close()
    await run.ended
    expect((await find('task-2'))?.task.attempt).toBe(1)
    await eventually('it is interrupted', () => interrupted('task-2'), NOTICED_MS)
    await eventually('nothing of the command runs', () => group() > 0 && !groupRuns(group()), NOTICED_MS)
    await expectWhole(site, 'after the death')
  })

  test('as soon as the task is on record, leaves no command behind', async () => {
    const { run, group } = start('task-3')
    await eventually('it is on record', () => find('task-3'))
    run.process.kill('SIGKILL')
    await run.ended
    await eventually('it is interrupted', () => interrupted('task-3'), NOTICED_MS)
    await eventually('nothing of the command runs', () => group() === 0 || !groupRuns(group()), NOTICED_MS)
    await expectWhole(site, 'after the death')
  })

  async function interrupted(taskId: string) {
    const answer = await find(taskId)
    return answer?.task.status === 'interrupted' && answer
  }
})
