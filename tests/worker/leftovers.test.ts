import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readIdentity } from '#lib/process.ts'
import { endLeftovers, noteGroup } from '#lib/worker/leftovers.ts'
import { eventually } from '../support/eventually.ts'
import { removeFolder } from '../support/folders.ts'
import { runs } from '../support/tracked.ts'

let state: string
const started: (() => void)[] = []
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'rollcall-leftovers-'))
})
afterEach(() => {
  for (const end of started.splice(0)) end()
  removeFolder(state)
})

/** A group of a shell and its child; `leaderless` ones have lost the shell. */
async function group(taskId: string, leaderless = false): Promise<{ processGroup: number; member: number }> {
  const script = `sleep 60 & echo $!; ${leaderless ? 'exit' : 'wait'}`
  const env = { ...process.env, ROLLCALL_TASK_ID: taskId, ROLLCALL_ATTEMPT: '1' }
  const child = spawn('/bin/sh', ['-c', `read -r _; ${script}`], {
    detached: true,
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const { pid: processGroup } = child
  if (processGroup === undefined) throw new Error('no shell here')
  noteGroup({ taskId, attempt: 1, processGroup }, state)
  const output = once(child.stdout, 'data')
  child.stdin.end('go\n')
  const member = Number(String((await output)[0]))
  if (leaderless) await eventually('the shell is gone', () => child.exitCode !== null)
  started.push(() => runs(member) && process.kill(member, 'SIGKILL'))
  started.push(() => void child.kill('SIGKILL'))
  return { processGroup, member }
}

/** Changes what is on file, as if somebody else had written it. */
function onFile(changes: Record<string, unknown>): void {
  for (const name of readdirSync(join(state, 'groups'))) {
    const file = join(state, 'groups', name)
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }))
  }
}
const files = () => readdirSync(join(state, 'groups'))
/** No process was ever started at that time under our number. */
const GONE = { owner: { pid: process.pid, startedAt: '1' } }

test('ends the whole group of a wrapper that is gone, once', async () => {
  const { processGroup, member } = await group('a')
  onFile(GONE)
  expect(endLeftovers(state)).toMatchObject([{ taskId: 'a', attempt: 1, processGroup }])
  await eventually('nothing of it runs', () => !runs(processGroup) && !runs(member))
  expect(endLeftovers(state)).toEqual([])
  expect(files()).toEqual([])
})

test('ends what is left of a group whose leader is gone', async () => {
  const { member } = await group('a', true)
  onFile(GONE)
  expect(endLeftovers(state)).toHaveLength(1)
  await eventually('it has ended', () => !runs(member))
})

test('spares the group of a wrapper that lives', async () => {
  const { member } = await group('a')
  expect(endLeftovers(state)).toEqual([])
  expect(runs(member)).toBe(true)
  expect(files()).toHaveLength(1)
})

test.each([
  ['started at another time', { startedAt: '1', taskId: 'other' }],
  ['is from another boot', { bootId: 'another' }],
])('spares a process that %s, and forgets it', async (_, changes) => {
  const { processGroup, member } = await group('a')
  onFile({ ...GONE, ...changes })
  expect(endLeftovers(state)).toEqual([])
  expect([processGroup, member].every(runs)).toBe(true)
  expect(files()).toEqual([])
})

test('spares a process of another namespace, and leaves it to whoever can see it', async () => {
  const { member } = await group('a')
  onFile({ ...GONE, pidNamespace: 'pid:[1]' })
  expect(endLeftovers(state)).toEqual([])
  expect(runs(member)).toBe(true)
  expect(files()).toHaveLength(1)
})

test('spares what stands in the group for another attempt', async () => {
  const { member } = await group('a', true)
  onFile({ ...GONE, attempt: 2 })
  expect(endLeftovers(state)).toEqual([])
  expect(runs(member)).toBe(true)
})

test('forgets a group that ended, and a file that was cut short', async () => {
  const { processGroup } = await group('a')
  noteGroup({ taskId: 'a', attempt: 1, processGroup }, state)()
  expect(files()).toEqual([])
  writeFileSync(join(state, 'groups', '1-1.json'), '{"taskId":"a","proc')
  expect(endLeftovers(state)).toEqual([])
  expect(files()).toEqual([])
})

test('keeps its files from everybody else, and does without a folder', async () => {
  expect(endLeftovers(join(state, 'none'))).toEqual([])
  await group('a')
  expect(statSync(join(state, 'groups')).mode & 0o777).toBe(0o700)
  expect(readIdentity().bootId).toBeDefined()
})
