/** `rollcall work`: tasks claimed, a command run for each. */
import { existsSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Task } from '#lib/task/schema.ts'
import { eventually } from '../support/eventually.ts'
import { beat, registration, taskRecord } from '../support/fake-ledger.ts'
import { openTracked, runs } from '../support/tracked.ts'

const t = openTracked()
/** Tasks that wait for a worker. */
let waiting: (Task & { resume: unknown })[]

beforeEach(() => {
  waiting = []
  t.ledger.on({
    registerWorker: () => registration({ heartbeatMs: 100 }),
    claimTasks: ({ max }) => ({ tasks: waiting.splice(0, Number(max)) }),
  })
})

const queue = (fields: Partial<Task>) => waiting.push({ ...taskRecord(fields), resume: null })
const work = (...args: string[]) =>
  t.cli.start(['work', ...args], { env: { ROLLCALL_URL: t.ledger.url, ROLLCALL_TOKEN: 'rc_test' } })

describe('rollcall work', () => {
  test('gives the command the task on stdin and in its environment', async () => {
    queue({
      id: 'task-5',
      attempt: 2,
      title: 'Fix "login"',
      repo: 'acme/api',
      issueNumber: 1104,
      payload: { command: ['make', 'it so'] },
    })
    const script =
      'echo "$ROLLCALL_TASK_ID|$ROLLCALL_ATTEMPT|$ROLLCALL_TITLE|$ROLLCALL_REPO|$ROLLCALL_ISSUE|$ROLLCALL_AGENT|$ROLLCALL_PAYLOAD"; cat'
    const worker = work('--once', '--exec', script)
    expect(await worker.ended).toBe(0)
    const [environment, stdin] = worker.stdout().split('\n')
    expect(environment).toBe('task-5|2|Fix "login"|acme/api|1104||{"command":["make","it so"]}')
    expect(JSON.parse(stdin ?? '')).toMatchObject({ id: 'task-5', attempt: 2, resume: null })
    expect(t.report()).toMatchObject({ taskId: 'task-5', attempt: 2, outcome: 'success', exitCode: 0 })
    expect(t.recorded('stdout')).toBe(worker.stdout())
  })

  test('hands over a payload that is too large for the environment on stdin alone', async () => {
    queue({ payload: 'x'.repeat(300_000) })
    const worker = work('--once', '--exec', 'echo "[$ROLLCALL_PAYLOAD]"; wc -c')
    expect(await worker.ended).toBe(0)
    const [environment, length] = worker.stdout().split('\n')
    expect(environment).toBe('[]')
    expect(Number(length)).toBeGreaterThan(300_000)
  })

  test('reports a failure of the command and goes on with the next task', async () => {
    queue({ id: 'bad' })
    queue({ id: 'good' })
    const worker = work('--skill', 'build', '--name', 'builder', '--exec', 'test $ROLLCALL_TASK_ID = good')
    await eventually('both are reported', () => t.ledger.inputs('finishAttempt').length === 2)
    worker.process.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
    expect(t.ledger.inputs('finishAttempt').map(({ taskId, outcome }) => [taskId, outcome])).toEqual([
      ['bad', 'failed'],
      ['good', 'success'],
    ])
    expect(t.ledger.inputs('registerWorker')[0]).toMatchObject({ skills: ['build'], name: 'builder', slots: 1 })
  })

  test('runs as many at a time as it has slots', async () => {
    for (const id of ['a', 'b', 'c']) queue({ id })
    const script = `touch ${t.file('of-')}$ROLLCALL_TASK_ID; while [ ! -e ${t.file('go')} ]; do sleep 0.05; done`
    const worker = work('--slots', '2', '--exec', script)
    await eventually('two run', () => existsSync(t.file('of-a')) && existsSync(t.file('of-b')))
    const beats = t.ledger.inputs('heartbeat').length
    await eventually('some time passes', () => t.ledger.inputs('heartbeat').length > beats + 5)
    expect(existsSync(t.file('of-c'))).toBe(false)
    writeFileSync(t.file('go'), '')
    await eventually('all are reported', () => t.ledger.inputs('finishAttempt').length === 3)
    worker.process.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
  })

  test('drains on SIGTERM: what it holds is done and reported, nothing new is taken', async () => {
    queue({ id: 'held' })
    queue({ id: 'next' })
    const worker = work('--exec', `echo $$ > ${t.file('pid')}; while [ ! -e ${t.file('go')} ]; do sleep 0.05; done`)
    await t.pidIn('pid')
    worker.process.kill('SIGTERM')
    await eventually('it says so', () => worker.stderr().includes('draining'))
    const beats = t.ledger.inputs('heartbeat').length
    await eventually('heartbeats go on', () => t.ledger.inputs('heartbeat').length > beats + 2)
    writeFileSync(t.file('go'), '')
    expect(await worker.ended).toBe(0)
    expect(t.report()).toMatchObject({ taskId: 'held', outcome: 'success' })
    expect(waiting).toHaveLength(1)
    expect(t.ledger.calls.at(-1)?.name).toBe('stopWorker')
  })

  test('stops what it holds on the second SIGTERM, and leaves the rest to the goodbye', async () => {
    queue({ id: 'held' })
    const worker = work('--exec', `echo $$ > ${t.file('pid')}; exec sleep 60`)
    const pid = await t.pidIn('pid')
    worker.process.kill('SIGTERM')
    await eventually('it drains', () => worker.stderr().includes('draining'))
    worker.process.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
    expect(runs(pid)).toBe(false)
    expect(t.ledger.inputs('finishAttempt')).toEqual([])
    expect(t.ledger.inputs('stopWorker')).toHaveLength(1)
  })

  test('stops the command of a task that was given to somebody else, and goes on working', async () => {
    queue({ id: 'lost' })
    const worker = work('--exec', `[ $ROLLCALL_TASK_ID = next ] && exit 0; echo $$ > ${t.file('pid')}; exec sleep 60`)
    const pid = await t.pidIn('pid')
    t.ledger.on({ heartbeat: (input) => beat(input, 'lost') })
    await eventually('it was stopped', () => !runs(pid))
    t.ledger.on({ heartbeat: (input) => beat(input) })
    queue({ id: 'next' })
    await eventually('the next is reported', () => t.report()?.taskId === 'next')
    expect(t.ledger.inputs('finishAttempt')).toHaveLength(1)
    worker.process.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
  })

  test('ends the commands of all its slots when it is killed', async () => {
    queue({ id: 'a' })
    queue({ id: 'b' })
    const worker = work(
      '--slots',
      '2',
      '--exec',
      `trap '' TERM; echo $$ > ${t.file('of-')}$ROLLCALL_TASK_ID; while :; do sleep 0.05; done`,
    )
    const pids = await Promise.all([t.pidIn('of-a'), t.pidIn('of-b')])
    worker.process.kill('SIGKILL')
    await eventually('nothing is left', () => !pids.some(runs), 2000)
  })
})
