/** What the agent must never notice of its hooks, and what it is told to put into its settings. */
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { openSessions, QUIET } from '../support/sessions.ts'

const t = openSessions()
const { hook, env, log, keepers } = t

describe('the agent never notices', () => {
  test.each([
    ['what is no JSON', 'not json', 'JSON'],
    ['an event that is not known', '{"session_id":"s","hook_event_name":"Other"}', '"Other" is not known'],
    ['a hook without a session', '{"hook_event_name":"Stop"}', 'no session_id'],
    ['an end of a session that is not on record', '{"session_id":"s","hook_event_name":"Stop"}', 'not on record'],
  ])('%s', async (_, input, sentence) => {
    const run = t.cli.start(['hook'], { env: env(), input })
    expect([await run.ended, run.stdout(), run.stderr()]).toEqual([0, '', ''])
    expect(log()).toContain(sentence)
    expect(t.ledger.calls).toEqual([])
  })

  test('a ledger that does not answer', async () => {
    await t.ledger.stop()
    const startedAt = performance.now()
    expect(await hook('UserPromptSubmit')).toEqual(QUIET)
    expect(await hook('Stop')).toEqual(QUIET)
    expect(performance.now() - startedAt).toBeLessThan(6000)
    for (const keeper of keepers()) process.kill(keeper, 'SIGTERM')
  })

  test('a token that is missing, or a state folder that cannot be made', async () => {
    expect(await hook('SessionStart', {}, { ROLLCALL_TOKEN: '' })).toEqual(QUIET)
    await eventually('it is in the log', () => log().includes('ROLLCALL_TOKEN is not set'))
    writeFileSync(t.file('taken'), '')
    expect(await hook('SessionStart', {}, { ROLLCALL_STATE_PATH: t.file('taken') })).toEqual(QUIET)
  })
})

test('the settings name every event, with the options that they were asked with', async () => {
  const run = t.cli.start(['hook', '--print-settings', '--label', 'team=core'])
  expect(await run.ended).toBe(0)
  const { hooks } = JSON.parse(run.stdout())
  expect(Object.keys(hooks)).toEqual([
    'SessionStart',
    'UserPromptSubmit',
    'PreToolUse',
    'PostToolUse',
    'Stop',
    'SubagentStop',
    'SessionEnd',
  ])
  expect(hooks.PreToolUse).toEqual([
    { matcher: '*', hooks: [{ type: 'command', command: 'rollcall hook --label team=core', timeout: 10 }] },
  ])
})
