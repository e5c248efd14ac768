/** `rollcall run --allow-offline`, which does not wait for a ledger. */
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Cli, openCli } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { removeFolder } from '../support/folders.ts'
import { type DatabaseProxy, openProxy } from '../support/proxy.ts'
import { type StrictLedger, startStrictLedger } from '../support/strict-ledger.ts'

let cli: Cli
let strict: StrictLedger
let proxy: DatabaseProxy
let folder: string
beforeAll(async () => {
  cli = await openCli()
})
afterAll(() => cli.stop())
beforeEach(async () => {
  strict = await startStrictLedger()
  proxy = await openProxy(strict.ledger.url)
  await proxy.cut()
  folder = mkdtempSync(join(tmpdir(), 'rollcall-offline-'))
})
afterEach(async () => {
  await proxy.close()
  await strict.ledger.stop()
  removeFolder(folder)
})

const file = (name: string) => join(folder, name)
const OFFLINE = ['--allow-offline', '--start-timeout-ms', '200', '--repo', 'acme/api', '--session', 's-1']

function run(id: string, script: string, options: readonly string[] = OFFLINE, env = {}) {
  const address = { ROLLCALL_URL: proxy.url, ROLLCALL_TOKEN: 'rc_test', ROLLCALL_STATE_PATH: file('state') }
  return cli.start(['run', '--id', id, ...options, '--', '/bin/sh', '-c', script], { env: { ...address, ...env } })
}

async function deliverByNext(): Promise<void> {
  await proxy.mend()
  const next = run('next', 'true', [])
  expect(await next.ended, next.stderr()).toBe(0)
  expect(readdirSync(file('state/store'))).toEqual([])
}
const finals = (id: string) => [...(strict.kept(id)?.finals.values() ?? [])]

describe('a start that the ledger cannot hear of', () => {
  test('is on record on this host before the command runs, and with the ledger after the next start', async () => {
    const offline = run('task-1', `ls ${file('state/store')}/*/results.db; echo done; exit 4`)
    expect(await offline.ended, offline.stderr()).toBe(4)
    expect(offline.stdout()).toMatch(/results\.db\ndone\n$/)
    expect(offline.stderr()).toContain('task task-1 and its outcome wait in')
    await deliverByNext()
    expect(strict.ledger.inputs('createTask').find(({ id }) => id === 'task-1')).toMatchObject({
      repo: 'acme/api',
      start: { workerId: 'worker-1', sessionId: 's-1' },
    })
    expect(strict.text('task-1', 'stdout')).toBe(offline.stdout())
    expect(finals('task-1')).toEqual([{ outcome: 'failed', exitCode: 4 }])
  })

  test('is told of while it runs, when the ledger answers again', async () => {
    const offline = run('task-1', `echo early; while [ ! -e ${file('go')} ]; do sleep 0.02; done; echo late`)
    await eventually('it runs', () => offline.stdout() === 'early\n')
    await proxy.mend()
    await eventually('it is on record', () => strict.text('task-1', 'stdout') === 'early\n')
    await eventually('it is held', () => JSON.stringify(strict.ledger.inputs('heartbeat')).includes('task-1'))
    writeFileSync(file('go'), '')
    expect(await offline.ended, offline.stderr()).toBe(0)
    expect(strict.text('task-1', 'stdout')).toBe('early\nlate\n')
    expect(finals('task-1')).toEqual([{ outcome: 'success', exitCode: 0 }])
    expect(readdirSync(file('state/store'))).toEqual([])
  })

  test('is told of as interrupted when it was killed before the ledger answered', async () => {
    const offline = run('task-1', 'echo begun; sleep 60', OFFLINE, {
      ROLLCALL_WORKER_CRASH_AT: 'appendOutputChunk/after',
    })
    expect(await offline.ended).toBe('SIGKILL')
    await deliverByNext()
    expect(strict.text('task-1', 'stdout')).toBe('begun\n')
    expect(finals('task-1')).toEqual([{ outcome: 'interrupted', exitCode: -1 }])
  })

  test('is not run without the option', async () => {
    const refused = run('task-1', `touch ${file('ran')}`, ['--start-timeout-ms', '200'])
    expect(await refused.ended).toBe(69)
    expect(existsSync(file('ran'))).toBe(false)
    expect(readdirSync(file('state/store'))).toEqual([])
  })
})
