/** `rollcall run` as long as nothing goes wrong with the ledger. */
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import { taskRecord } from '../support/fake-ledger.ts'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()

describe('rollcall run', () => {
  test('puts the task on record before the command starts, and says so in one line', async () => {
    let startedBefore: boolean | undefined
    t.ledger.on({
      createTask: ({ id }) => {
        startedBefore = existsSync(t.file('started'))
        return { task: taskRecord({ id: String(id) }) }
      },
    })
    const tracked = t.shell(`touch ${t.file('started')}; echo out; echo err >&2`, [
      '--id',
      'task-7',
      '--title',
      'Fix login',
    ])
    expect(await tracked.ended).toBe(0)
    expect(startedBefore).toBe(false)
    expect(tracked.stdout()).toBe('out\n')
    expect(tracked.stderr()).toBe(
      `rollcall: task task-7 on record, attempt 1, wrapper pid ${tracked.pid}  ${t.ledger.url}/tasks/task-7\nerr\n`,
    )
    expect([t.recorded('stdout'), t.recorded('stderr')]).toEqual(['out\n', 'err\n'])
    expect(t.report()).toMatchObject({
      taskId: 'task-7',
      workerId: 'worker-1',
      attempt: 1,
      outcome: 'success',
      exitCode: 0,
    })
    expect(t.ledger.calls.at(-1)?.name).toBe('stopWorker')
  })

  test('records all that the options say', async () => {
    const options = ['--repo', 'acme/api', '--issue', '1104', '--agent', 'coder', '--agent-type', 'sdk']
    const more = ['--model', 'm1', '--provider', 'p1', '--user', 'ada', '--session', 's-1', '--label', 'team=core']
    const last = ['--label', 'a=b=c', '--require', 'build', '--require', 'test', '--max-retries', '2']
    const tracked = t.run([
      ...options,
      ...more,
      ...last,
      '--progress-timeout-ms',
      '60000',
      '--',
      'true',
      '--json',
      'a b',
    ])
    expect(await tracked.ended).toBe(0)
    expect(t.ledger.inputs('createTask')[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      title: "true --json 'a b'",
      repo: 'acme/api',
      issueNumber: 1104,
      agent: 'coder',
      agentType: 'sdk',
      model: 'm1',
      provider: 'p1',
      user: 'ada',
      labels: { team: 'core', a: 'b=c' },
      requires: ['build', 'test'],
      maxRetries: 2,
      progressTimeoutMs: 60_000,
      payload: { command: ['true', '--json', 'a b'] },
      start: { workerId: 'worker-1', sessionId: 's-1' },
    })
  })

  test('names the user of the system when none is given, and takes options of the command for its own', async () => {
    const tracked = t.run(['ls', '-d', '/'])
    expect(await tracked.ended).toBe(0)
    expect(t.ledger.inputs('createTask')[0]).toMatchObject({
      user: userInfo().username,
      payload: { command: ['ls', '-d', '/'] },
    })
  })

  test('returns the exit code of the command and reports the failure', async () => {
    expect(await t.shell('exit 3').ended).toBe(3)
    expect(t.report()).toMatchObject({
      outcome: 'failed',
      exitCode: 3,
      error: { class: 'ExitCode', message: 'exited with 3' },
    })
  })

  test('reports the signal that ended the command', async () => {
    expect(await t.shell('kill -SEGV $$').ended).toBe(139)
    expect(t.report()).toMatchObject({ outcome: 'failed', error: { class: 'Signal', message: 'ended by SIGSEGV' } })
  })

  test('ends with 127 and a failed task when the command is not found', async () => {
    const tracked = t.run(['--', 'no-such-command-anywhere'])
    expect(await tracked.ended).toBe(127)
    expect(tracked.stderr()).toContain('rollcall: command not found: no-such-command-anywhere\n')
    expect(t.report()).toMatchObject({ outcome: 'failed', exitCode: 127, error: { class: 'CommandNotFound' } })
  })

  test('leaves stdin to the command', async () => {
    const tracked = t.run(['--', 'cat'], 'line 1\nline 2')
    expect(await tracked.ended).toBe(0)
    expect(tracked.stdout()).toBe('line 1\nline 2')
  })

  test('tells the command which task and attempt it is', async () => {
    const tracked = t.shell('echo $ROLLCALL_TASK_ID $ROLLCALL_ATTEMPT', ['--id', 'task-9'])
    await tracked.ended
    expect(tracked.stdout()).toBe('task-9 1\n')
  })

  test('records 20,000 lines complete and in order', async () => {
    const tracked = t.shell('seq 1 20000')
    expect(await tracked.ended).toBe(0)
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join('')
    expect(t.recorded('stdout') === lines && tracked.stdout() === lines).toBe(true)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('passes %s on to the command', async (signal, code) => {
    const tracked = t.shell(`echo $$ > ${t.file('pid')}; exec sleep 60`)
    await t.pidIn('pid')
    tracked.process.kill(signal)
    expect(await tracked.ended).toBe(code)
    expect(t.report()).toMatchObject({ outcome: 'failed', error: { class: 'Signal', message: `ended by ${signal}` } })
  })

  test('lets a command that handles the signal decide how it ends', async () => {
    const tracked = t.shell(`trap 'echo bye; exit 0' TERM; echo $$ > ${t.file('pid')}; while :; do sleep 0.05; done`)
    await t.pidIn('pid')
    tracked.process.kill('SIGTERM')
    expect(await tracked.ended).toBe(0)
    expect(t.report()).toMatchObject({ outcome: 'success' })
  })
})
