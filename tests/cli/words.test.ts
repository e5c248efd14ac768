/** What the command says of itself: help that teaches, completion, colours, and the commands for tokens and incidents. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hasColours } from '#lib/cli/print.ts'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()
async function rollcall(...args: string[]) {
  const run = t.cli.start(args, { env: { ROLLCALL_URL: t.ledger.url, ROLLCALL_TOKEN: 'rc_test' } })
  return { code: await run.ended, stdout: run.stdout(), stderr: run.stderr() }
}
/** The commands that the help lists. */
async function commandsOf(...path: string[]): Promise<string[]> {
  const { stdout } = await rollcall(...path, '--help')
  const [, listed = ''] = /^Commands:\n((?: {2}.*\n)+)/m.exec(stdout) ?? []
  const names = [...listed.matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name)
  return names.filter((name) => name !== 'help')
}

describe('the help', () => {
  test('of every command shows an example, and that of all shows the exit codes', async () => {
    const names = await commandsOf()
    expect(names).toEqual(
      expect.arrayContaining(['run', 'work', 'hook', 'tasks', 'task', 'workers', 'incidents', 'import']),
    )
    expect(names).toEqual(expect.arrayContaining(['fail', 'reassign', 'cancel', 'note', 'recover', 'doctor', 'token']))
    const helps = await Promise.all(names.map(async (name) => [name, (await rollcall(name, '--help')).stdout] as const))
    expect(helps.filter(([name, help]) => !help.includes(`  rollcall ${name}`)).map(([name]) => name)).toEqual([])
    expect((await rollcall('--help')).stdout).toContain('69         the ledger cannot be reached')
  })
})

describe('completion', () => {
  /** What bash offers behind these words. */
  function offered(script: string, ...words: string[]): string[] {
    const file = t.file('completion.sh')
    writeFileSync(file, script)
    const asked = `source ${file}; COMP_WORDS=(rollcall ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _rollcall; printf '%s\\n' "\${COMPREPLY[@]}"`
    return spawnSync('bash', ['-c', asked], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean)
  }

  test('for bash knows commands, their commands, their options, and leaves a tracked command alone', async () => {
    const { code, stdout } = await rollcall('completion', 'bash')
    expect(code).toBe(0)
    expect(offered(stdout, 'rea')).toEqual(['reassign'])
    expect(offered(stdout, 'token', '')).toEqual(expect.arrayContaining(['create', 'list', 'revoke']))
    expect(offered(stdout, 'run', '--re')).toEqual(['--repo', '--require'])
    expect(offered(stdout, 'hook', '--ke')).toEqual([])
    expect(offered(stdout, 'run', '--', 'ech')).toContain('echo')
    expect(offered(stdout, 'completion', 'f')).toEqual(['fish'])
  })

  test('for zsh and fish names every command, and an unknown shell is wrong usage', async () => {
    const names = await commandsOf()
    const [zsh, fish] = [(await rollcall('completion', 'zsh')).stdout, (await rollcall('completion', 'fish')).stdout]
    expect(names.filter((name) => !zsh.includes(`'${name}:`) || !fish.includes(` -f -a ${name} `))).toEqual([])
    expect(zsh).toMatch(/^#compdef rollcall/)
    expect((await rollcall('completion', 'tcsh')).code).toBe(64)
  })
})

test.each([
  ['a terminal', {}, true, true],
  ['a pipe', {}, false, false],
  ['NO_COLOR, whatever else is said', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ['an empty NO_COLOR, which counts as absent', { NO_COLOR: '' }, true, true],
  ['FORCE_COLOR in a pipe', { FORCE_COLOR: '1' }, false, true],
  ['FORCE_COLOR=0 on a terminal', { FORCE_COLOR: '0' }, true, false],
  ['a terminal that knows none', { TERM: 'dumb' }, true, false],
])('colours: %s', (_, env, isTerminal, expected) => {
  expect(hasColours(env, isTerminal)).toBe(expected)
})

describe('tokens', () => {
  const at = '2026-11-21T08:00:00.000Z'
  const token = { id: 'token-1', name: 'ci', role: 'worker', createdAt: at, revokedAt: null }

  test('are printed alone on stdout when they are made, so that a script can take them', async () => {
    t.ledger.on({ createToken: () => ({ token, secret: 'rc_secret' }) })
    expect(await rollcall('token', 'create', '--name', 'ci')).toMatchObject({ code: 0, stdout: 'rc_secret\n' })
    expect(t.ledger.inputs('createToken')).toEqual([{ name: 'ci', role: 'worker' }])
    expect((await rollcall('token', 'create', '--name', 'ci', '--role', 'king')).code).toBe(64)
    expect((await rollcall('token', 'create')).code).toBe(64)
  })

  test('are listed and revoked', async () => {
    const revoked = { ...token, revokedAt: at }
    t.ledger.on({ listTokens: () => ({ tokens: [token], nextCursor: null }), revokeToken: () => ({ token: revoked }) })
    expect((await rollcall('token', 'list')).stdout).toMatch(/^token-1 +ci +worker +2026-11-21 08:00:00Z/m)
    expect((await rollcall('token', 'revoke', 'token-1')).stdout).toBe('token-1  ci revoked\n')
    expect(JSON.parse((await rollcall('token', 'revoke', 'token-1', '--json')).stdout)).toEqual({ token: revoked })
  })
})

describe('incidents', () => {
  const incident = {
    ...{
      id: 'incident-1',
      cause: 'worker_death',
      title: 'dev-1/4411 died',
      workerId: 'w',
      host: 'dev-1',
      workers: 1,
      waves: 1,
    },
    ...{ owner: null, ownedAt: null, openedAt: '2026-11-21T08:00:00.000Z', resolvedAt: null, resolvedBy: null },
    ...{
      resolution: null,
      brakedAt: null,
      brakeReason: null,
      mergedInto: null,
      total: 3,
      recovered: 1,
      failed: 0,
      open: 2,
    },
  }

  test('are listed with what is still open, and shown one by one', async () => {
    t.ledger.on({
      listIncidents: () => ({ incidents: [incident], nextCursor: 'c' }),
      getIncident: () => ({ incident }),
    })
    const { stdout, stderr } = await rollcall('incidents', '--limit', '1')
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^incident-1 +open +\w+ +dev-1\/4411 died +2 +1 +0 +2026-11-21 08:00:00Z/m)
    expect(stdout).toContain('more: rollcall incidents --cursor c')
    expect((await rollcall('incidents', 'incident-1')).stdout).toMatch(/^tasks +3: 2 open, 1 recovered, 0 failed$/m)
    expect(JSON.parse((await rollcall('incidents', 'incident-1', '--json')).stdout)).toEqual({ incident })
  })
})
