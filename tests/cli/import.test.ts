/** Histories that other programs kept: which columns and words of theirs are understood, and what is told of the rest. */
import { readFileSync, writeFileSync } from 'node:fs'
import Libsql from 'libsql'
import { describe, expect, test } from 'vitest'
import { problem } from '../support/fake-ledger.ts'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()
const rollcall = async (...args: string[]) => {
  const run = t.cli.start(args, { env: { ROLLCALL_URL: t.ledger.url, ROLLCALL_TOKEN: 'rc_test' } })
  return { code: await run.ended, stdout: run.stdout(), stderr: run.stderr() }
}

/** A file with these statements carried out. */
function history(...statements: string[]): string {
  const file = t.file('tasks.db')
  const database = new Libsql(file)
  for (const statement of statements) database.exec(statement)
  database.close()
  return file
}

const taken = () => t.ledger.inputs('importTasks').flatMap(({ tasks }) => tasks as Record<string, unknown>[])
const takeAll = (result: string) => ({
  importTasks: (input: Record<string, unknown>) => ({
    results: (input.tasks as { id: string }[]).map(({ id }) => ({ id, result })),
  }),
})

const OLD = `CREATE TABLE task_history (task_id TEXT PRIMARY KEY, repo TEXT, issue INTEGER, username TEXT, agent TEXT, type TEXT,
  model TEXT, status TEXT, started_at TEXT, ended_at TEXT, cost REAL, input_tokens INTEGER, output_tokens INTEGER,
  num_turns INTEGER, error TEXT, artifacts TEXT)`

describe('rollcall import', () => {
  test('maps older columns and words, and leaves unknown what is', async () => {
    t.ledger.on(takeAll('imported'))
    const file = history(
      OLD,
      `INSERT INTO task_history VALUES ('ca432f8f', 'acme/api', '#1104', 'ada', 'coder', 'cli', 'opus', 'failure',
        '2026-05-11 14:37:00', '2026-05-11T15:13:00.5+02:00', 0.25, 10, 20, 3, 'killed', '{"pr":7}')`,
      `INSERT INTO task_history (task_id, status, started_at) VALUES ('b', 'WORKING', 1778510220)`,
    )
    const { code, stdout } = await rollcall('import', file)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'read 2 · imported 2 · unchanged 0 · refused 0\n' })
    expect(taken()).toEqual([
      {
        id: 'ca432f8f',
        status: 'failed',
        title: 'acme/api#1104',
        createdAt: '2026-05-11T14:37:00.000Z',
        startedAt: '2026-05-11T14:37:00.000Z',
        finishedAt: '2026-05-11T13:13:00.500Z',
        repo: 'acme/api',
        issueNumber: 1104,
        user: 'ada',
        agent: 'coder',
        agentType: 'cli',
        model: 'opus',
        error: { class: 'Error', message: 'killed' },
        costUsd: 0.25,
        tokensIn: 10,
        tokensOut: 20,
        turns: 3,
        artifacts: { pr: 7 },
      },
      {
        id: 'b',
        status: 'running',
        title: 'Task b',
        createdAt: '2026-05-11T14:37:00.000Z',
        startedAt: '2026-05-11T14:37:00.000Z',
      },
    ])
  })

  test('changes the file in nothing, and tells what was there already', async () => {
    t.ledger.on(takeAll('unchanged'))
    const file = history(
      OLD,
      `INSERT INTO task_history (task_id, status, started_at) VALUES ('a', 'success', '2026-05-11T14:37:00Z')`,
    )
    const before = readFileSync(file)
    expect((await rollcall('import', file, '--json')).stdout).toContain('"unchanged": 1')
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('names each row that is no task, and takes the others: exit 1', async () => {
    t.ledger.on(takeAll('imported'))
    const file = history(
      OLD,
      `INSERT INTO task_history (task_id, status, started_at) VALUES ('a', 'success', '2026-05-11T14:37:00Z'),
        ('odd', 'sleeping', '2026-05-11T14:37:00Z'), (NULL, 'success', '2026-05-11T14:37:00Z'), ('late', 'success', NULL)`,
    )
    const { code, stdout } = await rollcall('import', file)
    expect(code).toBe(1)
    expect(stdout).toContain('odd  not taken over: its status "sleeping" is not known')
    expect(stdout).toContain('read 4 · imported 1 · unchanged 0 · refused 3')
    expect(taken().map(({ id }) => id)).toEqual(['a'])
  })

  test('asks for many rows in several requests, none too large, and finds the row that the ledger refuses', async () => {
    const bad = 'row-700'
    t.ledger.on({
      importTasks: (input) => {
        const tasks = input.tasks as { id: string }[]
        if (tasks.some(({ id }) => id === bad)) return problem('validation', 'tasks[0].id is odd')
        return { results: tasks.map(({ id }) => ({ id, result: 'imported' })) }
      },
    })
    const file = history(
      OLD,
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
        INSERT INTO task_history (task_id, status, started_at, error)
        SELECT 'row-' || i, 'failure', '2026-05-11T14:37:00Z', substr(hex(zeroblob(2000)), 1, 3000) FROM n`,
    )
    const { code, stdout } = await rollcall('import', file)
    expect(code).toBe(1)
    expect(stdout).toContain('read 1200 · imported 1199 · unchanged 0 · refused 1')
    const sizes = t.ledger.inputs('importTasks').map((input) => JSON.stringify(input).length)
    expect(Math.max(...sizes)).toBeLessThan(1024 * 1024)
    expect(sizes.length).toBeLessThan(40)
  })

  test('only reads with --dry-run', async () => {
    const file = history(
      OLD,
      `INSERT INTO task_history (task_id, status, started_at) VALUES ('a', 'done', '2026-05-11')`,
    )
    expect(await rollcall('import', file, '--dry-run')).toMatchObject({
      code: 0,
      stdout: 'would take over 1 of 1 tasks\n',
    })
    expect(t.ledger.calls).toEqual([])
  })

  test.each([
    ['is not there', () => t.file('none.db'), 'there is no file'],
    ['has no such table', () => history('CREATE TABLE other (id TEXT)'), 'has no table task_history'],
    ['has no column for the status', () => history('CREATE TABLE task_history (id TEXT)'), 'no column for the status'],
    [
      'is no database',
      () => {
        writeFileSync(t.file('text.db'), 'no database, but text '.repeat(100))
        return t.file('text.db')
      },
      'not a database',
    ],
  ])('says it in a sentence when the file %s: exit 64', async (_, file, sentence) => {
    const { code, stderr } = await rollcall('import', file())
    expect(code).toBe(64)
    expect(stderr).toContain(sentence)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
