/** `npm run demo`: a newcomer sees a recovery within a minute, and nothing of it is left afterwards. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { TaskEvent } from '#lib/task/schema.ts'
import { createClient } from '#lib/worker/client.ts'
import { eventually } from '../support/eventually.ts'
import { ROOT } from '../support/sources.ts'
import { childrenOf, runs } from '../support/tracked.ts'

const READY_MS = 90_000
const STORY_MS = 60_000
const TEST_MS = 240_000

interface Demo {
  readonly process: ChildProcess
  readonly url: string
  readonly token: string
  readonly folder: string
  readonly ended: Promise<number | NodeJS.Signals>
  output(): string
}

const demos: ChildProcess[] = []
afterEach(() => {
  for (const demo of demos.splice(0)) demo.kill('SIGINT')
})

test(
  'shows a death, an incident and a recovery within a minute, and ends all of it at Ctrl+C',
  async () => {
    const demo = await startDemo()
    const client = createClient({ url: demo.url, token: demo.token })
    const events = async () => {
      const { tasks } = await client.call('listTasks', { limit: 100 })
      const again = tasks.filter(({ attempt }) => attempt > 1)
      const all = await Promise.all(again.map(({ id }) => client.call('listEvents', { taskId: id, limit: 100 })))
      return all.map((page) => page.events)
    }
    await eventually('a task went on after its worker died', async () => (await events()).some(wentOn), STORY_MS)
    expect((await client.call('listIncidents', {})).incidents).not.toEqual([])
    const { workers } = await client.call('listWorkers', {})
    expect(workers.filter(({ deathKind }) => deathKind === 'proven')).not.toEqual([])
    const family = familyOf(demo.process)
    expect(family.length).toBeGreaterThan(6)
    demo.process.kill('SIGINT')
    expect(await demo.ended, demo.output()).toBe(0)
    await eventually('none of its processes is left', () => !family.some(runs))
    expect(existsSync(demo.folder)).toBe(false)
  },
  TEST_MS,
)

test(
  'leaves neither a process nor its folder behind when it is killed itself',
  async () => {
    const demo = await startDemo()
    // The guard, the server, five workers; and by then an agent of each, with its leash and its guard.
    const family = await eventually('agents work', () => {
      const found = familyOf(demo.process)
      return found.length > 15 && found
    })
    demo.process.kill('SIGKILL')
    await eventually('none of its processes is left', () => !family.some(runs))
    await eventually('its folder is gone', () => !existsSync(demo.folder))
  },
  TEST_MS,
)

/** Interrupted, and under way again by another attempt afterwards. Newest first, as they are answered. */
function wentOn(events: readonly TaskEvent[]): boolean {
  const died = events.findIndex(({ type }) => type === 'task.interrupted')
  return events.slice(0, Math.max(0, died)).some(({ type }) => type === 'task.started')
}

/** Everything below a process: children, their children, and so on. */
function familyOf({ pid }: ChildProcess): number[] {
  const below = (parent: number): number[] => childrenOf(parent).flatMap((child) => [child, ...below(child)])
  return pid === undefined ? [] : below(pid)
}

async function startDemo(): Promise<Demo> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/demo.mjs')], { env: { ...process.env, PORT: '0' } })
  demos.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
    })
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? -1)),
  )
  const find = (pattern: RegExp) => pattern.exec(text)?.[1] ?? ''
  await eventually('the demo is ready', () => /Ctrl\+C/.test(text) || child.exitCode !== null, READY_MS)
  expect(child.exitCode, text).toBeNull()
  const url = find(/(http:\/\/\S+)\/sign-in/)
  const folder = find(/Its database is in (\S+);/)
  return { process: child, url, token: find(/(rc_demo_\w+)/), folder, ended, output: () => text }
}
