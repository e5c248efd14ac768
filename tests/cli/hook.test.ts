/** Agent sessions on record by their hooks: what the ledger is told of them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { beat, problem, registration, taskRecord } from '../support/fake-ledger.ts'
import { openSessions, QUIET } from '../support/sessions.ts'

const t = openSessions()
const { hook, env, created, phases, keepers } = t

describe('a session', () => {
  test('is a task with its session, its folder and its repository from its first hook on', async () => {
    mkdirSync(t.file('work/.git'), { recursive: true })
    writeFileSync(
      t.file('work/.git/config'),
      '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@example.org:acme/api.git\n',
    )
    expect(await hook('SessionStart', { source: 'startup', model: 'opus-5' })).toEqual(QUIET)
    // A busy machine may need longer than the hook may wait.
    await eventually('it is on record', () => created().length > 0)
    expect(created()).toMatchObject([
      {
        title: 'Claude Code session in work',
        repo: 'acme/api',
        agent: 'claude-code',
        model: 'opus-5',
        strategy: 'hold-for-operator',
        start: { workerId: 'worker-1', sessionId: 's-1' },
      },
    ])
    expect(await hook('SessionEnd', { reason: 'logout' })).toEqual(QUIET)
  })

  test('says what it does, and ends as a success with its turns and cost', async () => {
    await hook('SessionStart')
    await hook('UserPromptSubmit', { prompt: 'a secret plan' })
    await hook('PreToolUse', { tool_name: 'Bash', tool_input: { command: 'cat secret' } })
    await eventually('the tool is told', () => phases().includes('tool: Bash'))
    await hook('PostToolUse', { tool_name: 'Bash', tool_response: 'secret' })
    await hook('SubagentStop')
    await hook('Stop')
    await hook('SessionEnd', { reason: 'prompt_input_exit', total_cost_usd: 0.42 })
    expect(t.report()).toMatchObject({ outcome: 'success', turns: 1, costUsd: 0.42 })
    expect(created()).toHaveLength(1)
    expect(JSON.stringify(t.ledger.calls)).not.toContain('secret')
  })

  test('takes turns and cost from the agent where it gives them, and leaves unknown what nobody gives', async () => {
    await hook('UserPromptSubmit')
    await hook('Stop', { num_turns: 7, cost: { total_cost_usd: 1.5 }, usage: { input_tokens: 10, output_tokens: 20 } })
    await hook('SessionEnd')
    expect(t.report()).toMatchObject({ turns: 7, costUsd: 1.5, tokensIn: 10, tokensOut: 20 })
    await hook('SessionStart', { session_id: 's-2' })
    await hook('SessionEnd', { session_id: 's-2' })
    expect(t.report()).not.toHaveProperty('turns')
    expect(t.report()).not.toHaveProperty('costUsd')
  })

  test('is interrupted when its agent is killed in the middle of a turn, and no hook tells of it', async () => {
    await hook('UserPromptSubmit')
    t.agent.kill('SIGKILL')
    await eventually('it is told', () => t.report())
    expect(t.report()).toMatchObject({ outcome: 'interrupted', reason: expect.stringContaining('middle of a turn') })
  })

  test('is a success when its agent went after its last turn, without a SessionEnd', async () => {
    await hook('UserPromptSubmit')
    await hook('Stop')
    t.agent.kill('SIGTERM')
    await eventually('it is told', () => t.report())
    expect(t.report()).toMatchObject({ outcome: 'success', turns: 1 })
  })

  test('keeps its lease while no hook comes, by one keeper alone', async () => {
    await Promise.all([hook('SessionStart'), hook('UserPromptSubmit'), hook('PreToolUse', { tool_name: 'Read' })])
    const before = t.ledger.inputs('heartbeat').length
    await eventually('heartbeats go on', () => t.ledger.inputs('heartbeat').length > before + 10)
    expect(keepers()).toHaveLength(1)
    expect(created()).toHaveLength(1)
    await hook('SessionEnd')
  })

  test('goes on as the same task under the next keeper when its keeper was killed', async () => {
    await hook('UserPromptSubmit')
    await hook('Stop')
    await eventually('the turn is told', () =>
      JSON.stringify(t.ledger.inputs('reportProgress').at(-1)).includes('"turns":1'),
    )
    const [keeper = 0] = keepers()
    process.kill(keeper, 'SIGKILL')
    await eventually('it is gone', () => keepers().length === 0)
    t.ledger.on({
      registerWorker: () => registration({ id: 'worker-2', heartbeatMs: 100 }),
      startAttempt: ({ taskId }) => ({
        task: taskRecord({ id: String(taskId), attempt: 2 }),
        attempt: 2,
        resume: null,
      }),
    })
    await hook('UserPromptSubmit')
    await hook('Stop')
    await hook('SessionEnd')
    expect(created()).toHaveLength(1)
    expect(t.ledger.inputs('startAttempt')).toMatchObject([{ taskId: created()[0]?.id, reattach: { attempt: 1 } }])
    expect(t.report()).toMatchObject({ taskId: created()[0]?.id, attempt: 2, outcome: 'success', turns: 2 })
  })

  test('is asked to end, by a signal to its agent, when an operator cancels the task', async () => {
    await hook('UserPromptSubmit')
    t.ledger.on({ heartbeat: (input) => beat(input, 'cancel') })
    expect(await once(t.agent, 'exit')).toEqual([null, 'SIGTERM'])
    await eventually('it is told', () => t.report())
    expect(t.report()).toMatchObject({ outcome: 'cancelled' })
  })

  test("is on record without its session when that one is somebody else's", async () => {
    t.ledger.on({
      createTask: ({ id, start }) =>
        (start as { sessionId?: string }).sessionId
          ? problem('lease_conflict', 'session s-1 was invalidated')
          : { task: taskRecord({ id: String(id) }) },
    })
    await hook('SessionStart')
    expect(created().at(-1)?.start).toEqual({ workerId: 'worker-1' })
    await hook('SessionEnd')
    expect(t.report()).toMatchObject({ outcome: 'success' })
  })

  test('is added to the task of the rollcall run that it runs in', async () => {
    t.ledger.on({ linkSession: () => ({ session: sessionRecord() }) })
    const within = { ROLLCALL_TASK_ID: 'outer', ROLLCALL_ATTEMPT: '1' }
    await hook('SessionStart', {}, within)
    await hook('UserPromptSubmit', {}, within)
    await hook('Stop', { num_turns: 3 }, within)
    await hook('SessionEnd', {}, within)
    await eventually('its turns are told', () => t.ledger.inputs('reportProgress').some(({ turns }) => turns === 3))
    expect(t.ledger.inputs('linkSession')).toMatchObject([{ taskId: 'outer', attempt: 1, sessionId: 's-1' }])
    expect([created(), t.ledger.inputs('finishAttempt'), t.ledger.inputs('registerWorker')]).toEqual([[], [], []])
  })

  test('finds its agent among its parents, behind the shell that runs the hook', async () => {
    const json = JSON.stringify({ session_id: 's-1', hook_event_name: 'UserPromptSubmit' })
    const line = `printf '%s' '${json}' | "${process.execPath}" "${t.cli.file}" hook; true`
    const script = `require('child_process').execSync(${JSON.stringify(line)}); process.stdout.write('ready'); setTimeout(() => {}, 60000)`
    const parent = spawn(process.execPath, ['-e', script], { env: { ...process.env, ...env() } })
    await once(parent.stdout, 'data')
    expect(created()).toHaveLength(1)
    expect(t.report()).toBeUndefined()
    parent.kill('SIGKILL')
    await eventually('its end is told', () => t.report())
    expect(t.report()).toMatchObject({ outcome: 'interrupted' })
  })
})

function sessionRecord() {
  const at = new Date().toISOString()
  return {
    id: 's-1',
    provider: null,
    taskId: 'outer',
    workerId: 'worker-1',
    attempt: 1,
    status: 'active',
    reason: null,
    linkedAt: at,
    endedAt: null,
  }
}
