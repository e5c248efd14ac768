/** `rollcall run` is killed at each write of its local store; the next `rollcall` on the host delivers what it left. */
import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Cli, openCli } from '../support/cli.ts'
import { removeFolder } from '../support/folders.ts'
import { type StrictLedger, startStrictLedger } from '../support/strict-ledger.ts'

let cli: Cli
let strict: StrictLedger
let statePath: string
beforeAll(async () => {
  cli = await openCli()
})
afterAll(() => cli.stop())
beforeEach(async () => {
  strict = await startStrictLedger()
  statePath = mkdtempSync(join(tmpdir(), 'rollcall-crash-'))
})
afterEach(async () => {
  await strict.ledger.stop()
  removeFolder(statePath)
})

/** Killed before it ends, or as it ends. */
const ENDLESS = 'echo first; sleep 60'
const BRIEF = 'echo first; sleep 0.5; echo second'

function run(id: string, script: string, env: Record<string, string> = {}) {
  const address = { ROLLCALL_URL: strict.ledger.url, ROLLCALL_TOKEN: 'rc_test', ROLLCALL_STATE_PATH: statePath }
  return cli.start(['run', '--id', id, '--', '/bin/sh', '-c', script], { env: { ...address, ...env } })
}

function stores(): string[] {
  const folder = join(statePath, 'store')
  return existsSync(folder) ? readdirSync(folder) : []
}

const INTERRUPTED = { outcome: 'interrupted', exitCode: -1 }
const SUCCESS = { outcome: 'success', exitCode: 0 }
const NOT_ON_RECORD = undefined

describe('a wrapper killed at a write of its store', () => {
  test.each([
    ['recordReceived/before', ENDLESS, NOT_ON_RECORD, ''],
    ['recordReceived/after', ENDLESS, NOT_ON_RECORD, ''],
    ['recordStarted/before', ENDLESS, INTERRUPTED, ''],
    ['recordStarted/after', ENDLESS, INTERRUPTED, ''],
    ['appendOutputChunk/before', ENDLESS, INTERRUPTED, ''],
    ['appendOutputChunk/after', ENDLESS, INTERRUPTED, 'first\n'],
    ['settle/before', ENDLESS, INTERRUPTED, 'first\n'],
    ['settle/after', ENDLESS, INTERRUPTED, 'first\n'],
    ['appendOutputChunk/before:2', BRIEF, INTERRUPTED, 'first\n'],
    ['appendOutputChunk/after:2', BRIEF, INTERRUPTED, 'first\nsecond\n'],
    ['recordFinal/before', BRIEF, INTERRUPTED, 'first\nsecond\n'],
    ['recordFinal/after', BRIEF, SUCCESS, 'first\nsecond\n'],
    ['settle/before:2', BRIEF, SUCCESS, 'first\nsecond\n'],
    ['recordDelivered/before', BRIEF, SUCCESS, 'first\nsecond\n'],
    ['recordDelivered/after', BRIEF, SUCCESS, 'first\nsecond\n'],
  ] as const)('%s leaves one result, and each line once', async (point, script, final, output) => {
    expect(await run('task-1', script, { ROLLCALL_WORKER_CRASH_AT: point }).ended).toBe('SIGKILL')
    const next = run('task-2', 'exit 7')
    expect(await next.ended, next.stderr()).toBe(7)
    expect([...(strict.kept('task-1')?.finals.values() ?? [])]).toEqual(final ? [final] : [])
    expect(strict.text('task-1', 'stdout')).toBe(output)
    expect([...(strict.kept('task-2')?.finals.values() ?? [])]).toEqual([{ outcome: 'failed', exitCode: 7 }])
    expect(stores()).toEqual([])
  })

  test('is followed by two that are killed as they deliver, and nothing is delivered twice', async () => {
    await run('task-1', BRIEF, { ROLLCALL_WORKER_CRASH_AT: 'appendOutputChunk/after:2' }).ended
    await run('task-2', 'sleep 1', { ROLLCALL_WORKER_CRASH_AT: 'markInterrupted/after' }).ended
    await run('task-3', 'sleep 1', { ROLLCALL_WORKER_CRASH_AT: 'recordDelivered/before' }).ended
    const last = run('task-4', 'exit 0')
    expect(await last.ended, last.stderr()).toBe(0)
    expect(strict.text('task-1', 'stdout')).toBe('first\nsecond\n')
    for (const id of ['task-1', 'task-2', 'task-3'])
      expect([...(strict.kept(id)?.finals.values() ?? [])], id).toEqual([INTERRUPTED])
    expect(stores()).toEqual([])
  })
})
