/** Copies of a SQLite ledger that somebody goes on writing to, and what becomes of them. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectSqlite } from '#lib/db/connect-sqlite.ts'
import { openDatabase } from '#lib/db/open.ts'
import { createTask, heartbeat, recover } from '#lib/ledger/index.ts'
import { type Cli, openServersCli } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { begin, sweep, taskOf } from '../support/factories.ts'
import { removeFolder } from '../support/folders.ts'
import { type Ledger, ledgerOn } from '../support/ledger.ts'

const WRITES_A_SECOND = 500
const open = ledgerOn('sqlite')
let cli: Cli
let folder: string
beforeAll(async () => {
  cli = await openServersCli()
})
afterAll(() => cli.stop())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-backup-'))
})
afterEach(() => removeFolder(folder))

const file = (name: string) => join(folder, name)

async function rollcall(databaseUrl: string, ...args: string[]) {
  const run = cli.start(args, { env: { DATABASE_URL: databaseUrl } })
  const code = await run.ended
  return { code, stderr: run.stderr(), stdout: run.stdout(), answer: code === 0 ? JSON.parse(run.stdout()) : undefined }
}
const backUp = ({ db }: Ledger, to: string) => rollcall(db.url, 'backup', to, '--json')
const restore = (from: string, to: string) => rollcall(`file:${to}`, 'restore', from, '--json')

function idsIn(path: string): Set<string> {
  const database = connectSqlite(`file:${path}`)
  try {
    const rows = database.prepare('SELECT id FROM task_history').all([]) as { id: string }[]
    return new Set(rows.map(({ id }) => id))
  } finally {
    database.close()
  }
}

const many = (count: number) => Array.from({ length: count }, () => taskOf())

/** Writes tasks without a break; answers when each was answered, by the clock that the backup has too. */
function writeOn({ context }: Ledger) {
  const answered = new Map<string, number>()
  const startedAt = performance.now()
  let asked = 0
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1000) * WRITES_A_SECOND
    for (; asked < due; asked += 1)
      createTask(context, taskOf()).then(
        ({ id }) => answered.set(id, Date.now()),
        () => undefined,
      )
  }, 5)
  return {
    answered,
    end: () => clearInterval(timer),
  }
}

describe('a backup', () => {
  test('holds every write that was answered before its end, while 500 a second go on', async () => {
    const ledger = await open()
    const writing = writeOn(ledger)
    try {
      await eventually('there is something to lose', () => writing.answered.size > 500)
      const begunAt = Date.now()
      const { code, stderr, answer } = await backUp(ledger, file('backup.db'))
      expect(code, stderr).toBe(0)
      const endedAt = Date.parse(answer.asOf)
      expect([...writing.answered.values()].filter((at) => at > begunAt && at < endedAt).length).toBeGreaterThan(10)
      await eventually('it went on', () => [...writing.answered.values()].some((at) => at > endedAt))
      writing.end()
      const restored = await restore(file('backup.db'), file('restored.db'))
      expect(restored.code, restored.stderr).toBe(0)
      const kept = idsIn(file('restored.db'))
      const due = [...writing.answered].filter(([, at]) => at < endedAt).map(([id]) => id)
      expect(due.length).toBeGreaterThan(500)
      expect(due.filter((id) => !kept.has(id))).toEqual([])
      expect(kept.size).toBe(answer.counts.tasks)
      expect(restored.answer.counts).toEqual(answer.counts)
    } finally {
      writing.end()
    }
  }, 60_000)

  test('is whole when the log is written back and begun anew in the middle of it', async () => {
    const ledger = await open()
    const path = ledger.db.url.replace('file:', '')
    await createTask.many(ledger.context, many(200))
    mkdirSync(file('bin'))
    const slow = `/bin/cp "$@"; touch ${file('copied')}; while [ ! -e ${file('go')} ]; do sleep 0.02; done`
    writeFileSync(file('bin/cp'), `#!/bin/sh\n${slow}\n`, { mode: 0o755 })
    const env = { DATABASE_URL: ledger.db.url, PATH: `${file('bin')}:${process.env.PATH}` }
    const run = cli.start(['backup', file('backup.db')], { env })
    await eventually('the file is copied', () => existsSync(file('copied')))
    for (let round = 0; round < 20; round += 1) {
      await createTask.many(ledger.context, many(200))
      await ledger.sql('PRAGMA wal_checkpoint(PASSIVE)')
    }
    writeFileSync(file('go'), '')
    expect(await run.ended, run.stderr()).toBe(0)
    expect(idsIn(file('backup.db'))).toEqual(idsIn(path))
  }, 60_000)

  test('is for its owner only, needs nothing beside it, and never takes the place of another file', async () => {
    const ledger = await open()
    await createTask(ledger.context, taskOf())
    expect((await backUp(ledger, file('backup.db'))).code).toBe(0)
    expect(readdirSync(folder)).toEqual(['backup.db'])
    expect(statSync(file('backup.db')).mode & 0o777).toBe(0o600)
    const before = readFileSync(file('backup.db'))
    const again = await backUp(ledger, file('backup.db'))
    expect(again.code).toBe(64)
    expect(again.stderr).toContain('is there already: choose another name')
    expect(readFileSync(file('backup.db')).equals(before)).toBe(true)
  })

  test('into a folder that is not there is refused in a sentence', async () => {
    const { code, stderr } = await backUp(await open(), join(folder, 'none', 'a.db'))
    expect({ code, stderr }).toEqual({
      code: 64,
      stderr: expect.stringMatching(
        /none\/a\.db cannot be written \(ENOENT.*name a folder that is there.*\(validation\)\n$/,
      ),
    })
    expect(stderr).not.toContain('    at ')
  })

  test('of PostgreSQL is left to its own tools, and one of nothing is refused', async () => {
    const postgres = await rollcall('postgresql://me:secret@127.0.0.1/x', 'backup', file('backup.db'))
    expect(postgres.code).toBe(64)
    expect(postgres.stderr).toContain('use pg_dump and pg_restore')
    const nothing = await rollcall(`file:${file('absent.db')}`, 'backup', file('backup.db'))
    expect(nothing.code).toBe(1)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a restore', () => {
  async function backedUp(): Promise<Ledger> {
    const ledger = await open()
    await createTask(ledger.context, taskOf({ id: 'kept' }))
    expect((await backUp(ledger, file('backup.db'))).code).toBe(0)
    return ledger
  }

  test('is refused while somebody has the database open, and then changes nothing', async () => {
    const ledger = await backedUp()
    await createTask(ledger.context, taskOf({ id: 'later' }))
    const path = ledger.db.url.replace('file:', '')
    const refused = await restore(file('backup.db'), path)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('is in use: stop the server that has it open')
    expect(readdirSync(join(path, '..')).filter((name) => /restoring|replaced/.test(name))).toEqual([])
    await createTask(ledger.context, taskOf({ id: 'still' }))
    expect(idsIn(path)).toEqual(new Set(['kept', 'later', 'still']))
  })

  test('keeps the file that it replaces, with what was in its log', async () => {
    await backedUp()
    await restore(file('backup.db'), file('rollcall.db'))
    const database = connectSqlite(`file:${file('rollcall.db')}`)
    database.exec("UPDATE task_history SET title = 'changed since'")
    database.close()
    const { code, answer } = await restore(file('backup.db'), file('rollcall.db'))
    expect(code).toBe(0)
    expect(existsSync(answer.replaced)).toBe(true)
    const titles = (path: string) => {
      const one = connectSqlite(`file:${path}`)
      const rows = one.prepare('SELECT title FROM task_history').all([]) as { title: string }[]
      one.close()
      return rows.map(({ title }) => title)
    }
    expect(titles(answer.replaced)).toEqual(['changed since'])
    expect(titles(file('rollcall.db'))).not.toEqual(['changed since'])
  })

  test('takes the place of a file that is damaged', async () => {
    await backedUp()
    writeFileSync(file('rollcall.db'), 'no database at all'.repeat(500))
    const { code, stderr, answer } = await restore(file('backup.db'), file('rollcall.db'))
    expect(code, stderr).toBe(0)
    expect(readFileSync(answer.replaced, 'utf8')).toContain('no database at all')
    expect(idsIn(file('rollcall.db'))).toEqual(new Set(['kept']))
  })

  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    [
      'damaged inside',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(65536, 7), bytes.subarray(8192 + 65536)]),
    ],
    ['no database', () => Buffer.from('hello')],
  ])('refuses a backup that is %s, and leaves the database alone', async (_, damage) => {
    await backedUp()
    await restore(file('backup.db'), file('rollcall.db'))
    const before = readFileSync(file('rollcall.db'))
    writeFileSync(file('bad.db'), damage(readFileSync(file('backup.db'))))
    const { code, stderr } = await restore(file('bad.db'), file('rollcall.db'))
    expect(code).toBe(64)
    expect(stderr).toContain('is no ledger that can be used')
    expect(readFileSync(file('rollcall.db')).equals(before)).toBe(true)
  })

  test('judges the workers of the past as after an outage: one more lease, and then what holds for everybody', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger)
    const silent = await begin(ledger)
    await sweep(ledger)
    expect((await backUp(ledger, file('backup.db'))).code).toBe(0)
    expect((await restore(file('backup.db'), file('rollcall.db'))).code).toBe(0)
    ledger.clock.advance(3_600_000)
    const db = await openDatabase(`file:${file('rollcall.db')}`, ledger.clock)
    try {
      const context = ledger.contextOf({ db })
      expect(await recover(context, { trigger: 'boot', sweepMs: 1000 })).toMatchObject({ workersDead: 0 })
      const held = [{ taskId: ref.taskId, attempt: 1 }]
      expect(await heartbeat(context, { workerId: worker.id, held })).toMatchObject({ held: [{ verdict: 'held' }] })
      for (let second = 0; second < 28; second += 4) {
        ledger.clock.advance(4000)
        await recover(context, { trigger: 'sweep', sweepMs: 1000 })
        await heartbeat(context, { workerId: worker.id, held })
      }
      ledger.clock.advance(4000)
      expect(await recover(context, { trigger: 'sweep', sweepMs: 1000 })).toMatchObject({ interrupted: 1 })
      const rows = await db.read('SELECT id, status FROM task_history')
      expect(Object.fromEntries(rows.map(({ id, status }) => [id, status]))).toEqual({
        [ref.taskId]: 'running',
        [silent.ref.taskId]: 'interrupted',
      })
    } finally {
      await db.close()
    }
  })
})
