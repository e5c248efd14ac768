/** What the command says of itself: help that teaches, completion, colours, and the commands for tokens and incidents. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fold } from '#lib/cli/help.ts'
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
    expect(names).toEqual(
      expect.arrayContaining(['fail', 'reassign', 'cancel', 'note', 'recover', 'doctor', 'token', 'webhooks']),
    )
    const helps = await Promise.all(names.map(async (name) => [name, (await rollcall(name, '--help')).stdout] as const))
    expect(helps.filter(([name, help]) => !help.includes(`  rollcall ${name}`)).map(([name]) => name)).toEqual([])
    expect((await rollcall('--help')).stdout).toContain('69         the ledger cannot be reached')
  })
})

test('prose of a help fits the terminal, and its examples stay lines that can be copied', () => {
  const text = '\nOne two three\nfour five.\n\nExamples:\n  rollcall run -- a long command\n'
  expect(fold(text, 10)).toBe('\nOne two\nthree four\nfive.\n\nExamples:\n  rollcall run -- a long command\n')
  expect(fold(text, 80)).toBe('\nOne two three four five.\n\nExamples:\n  rollcall run -- a long command\n')
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
  const made = { createdBy: 'ada', createdAt: at, expiresAt: null, lastUsedAt: null, replacedBy: null }
  const token = { id: 'token-1', name: 'ci', role: 'worker', ...made, revokedAt: null }

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

  test('are rotated with a grace, and made for a time', async () => {
    const rotated = { ...token, id: 'token-2' }
    const answer = { token: rotated, secret: 'rc_next' }
    t.ledger.on({ rotateToken: () => answer, createToken: () => answer })
    const run = await rollcall('token', 'rotate', 'token-1', '--grace', '2h', '--for', '90d')
    expect(run).toMatchObject({ code: 0, stdout: 'rc_next\n' })
    expect(t.ledger.inputs('rotateToken')).toEqual([{ tokenId: 'token-1', graceMs: 7_200_000, ttlMs: 90 * 86_400_000 }])
    await rollcall('token', 'create', '--name', 'ci', '--for', '12h')
    expect(t.ledger.inputs('createToken').at(-1)).toEqual({ name: 'ci', role: 'worker', ttlMs: 43_200_000 })
    expect((await rollcall('token', 'rotate', 'token-1', '--grace', 'soon')).code).toBe(64)
  })
})

describe('members', () => {
  const at = '2026-11-21T08:00:00.000Z'
  const member = {
    ...{ id: 'member-1', login: 'ana', name: 'Ana Ruiz', role: 'operator', way: 'password' },
    ...{ createdAt: at, signedInAt: null },
  }
  const link = {
    ...{ id: 'link-1', kind: 'invitation', role: 'operator', memberId: null, name: 'Ana Ruiz', createdBy: 'ada' },
    ...{ createdAt: at, expiresAt: at, usedAt: null, revokedAt: null },
  }

  test('are invited by a link of this very server, printed alone on stdout', async () => {
    t.ledger.on({
      inviteMember: () => ({ link, path: '/join/code' }),
      offerReset: () => ({ link, path: '/join/other' }),
    })
    const run = await rollcall('members', 'invite', '--role', 'operator', '--name', 'Ana Ruiz', '--for', '12h')
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/join\/code\n$/)
    expect(t.ledger.inputs('inviteMember')).toEqual([{ role: 'operator', name: 'Ana Ruiz', ttlMs: 43_200_000 }])
    expect((await rollcall('members', 'reset', 'member-1')).stdout).toMatch(/\/join\/other\n$/)
    expect((await rollcall('members', 'invite', '--role', 'worker')).code).toBe(64)
  })

  test('are listed, given roles, signed out and removed, each for a reason', async () => {
    t.ledger.on({
      listMembers: () => ({ members: [member], nextCursor: null }),
      changeRole: () => ({ member: { ...member, role: 'admin' } }),
      removeMember: () => ({ member }),
      endSignIns: () => ({ ended: 2 }),
    })
    expect((await rollcall('members', 'list')).stdout).toMatch(/^member-1 +Ana Ruiz +ana +operator +2026/m)
    const role = await rollcall('members', 'role', 'member-1', 'admin', '--reason', 'is on call')
    expect(role.stdout).toBe('member-1  Ana Ruiz is admin\n')
    expect(t.ledger.inputs('changeRole')).toEqual([{ memberId: 'member-1', role: 'admin', reason: 'is on call' }])
    expect((await rollcall('members', 'role', 'member-1', 'admin')).code).toBe(64)
    expect((await rollcall('members', 'sign-out', 'member-1')).stdout).toBe('signed out of 2 browsers\n')
    expect((await rollcall('members', 'remove', 'member-1', '--reason', 'left')).stdout).toMatch(/removed/)
    expect((await rollcall('members', 'remove', 'member-1')).code).toBe(64)
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
      cutShort: { attempts: 3, workedMs: 2_172_000, costUsd: 12.4, costUnknown: 1, kept: 1 },
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
    const shown = (await rollcall('incidents', 'incident-1')).stdout
    expect(shown).toMatch(/^tasks +3: 2 open, 1 recovered, 0 failed$/m)
    expect(shown).toMatch(
      /^cut short +36m12s in 3 attempts, \$12\.40, 1 reported no cost, 1 went on from where they were$/m,
    )
    expect(JSON.parse((await rollcall('incidents', 'incident-1', '--json')).stdout)).toEqual({ incident })
  })
})
