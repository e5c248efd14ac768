import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '#lib/db/migrate.ts'
import { readMigrations } from '#lib/db/migrations.ts'
import { refusal } from '../support/factories.ts'
import { removeFolder } from '../support/folders.ts'
import { connectByHand, DIALECTS, makeDatabase, type Place } from '../support/ledger.ts'
import { ROOT } from '../support/sources.ts'

describe.each(DIALECTS)('migrations, on %s', (dialect) => {
  let place: Place
  let folder: string
  let hand: ReturnType<typeof connectByHand>

  beforeEach(async () => {
    place = await makeDatabase(dialect)
    folder = mkdtempSync(join(tmpdir(), 'rollcall-migrations-'))
    cpSync(join(ROOT, 'prisma', dialect), join(folder, dialect), { recursive: true })
    hand = connectByHand(dialect, place.url)
  })
  afterEach(async () => {
    await hand.close()
    await place.remove()
    removeFolder(folder)
  })

  const run = () => migrate(place.url, folder)
  const own = () => readMigrations(join(ROOT, 'prisma', dialect, 'migrations')).map(({ name }) => name)
  const add = (name: string, sql: string) => {
    mkdirSync(join(folder, dialect, 'migrations', name), { recursive: true })
    writeFileSync(join(folder, dialect, 'migrations', name, 'migration.sql'), sql)
  }
  const applied = async () =>
    (await hand.sql('SELECT migration_name FROM _prisma_migrations ORDER BY 1')).map((row) => row.migration_name)

  it('make a fresh database, and do nothing the second time', async () => {
    expect(await run()).toEqual(own())
    expect(await run()).toEqual([])
    expect(await applied()).toEqual(own())
    expect(await hand.sql('SELECT * FROM task_history')).toEqual([])
  })

  it('run once when two instances boot together', async () => {
    const names = await Promise.all([run(), run()])
    expect(names.flat()).toEqual(own())
  })

  it('apply what is new, in the order of the names, and keep the rows', async () => {
    await run()
    await hand.sql("INSERT INTO tokens (id, name, role, hash, created_at) VALUES ('t', 'ci', 'admin', 'h', 1)")
    add('20990101000001_second', 'ALTER TABLE first ADD COLUMN more TEXT')
    add('20990101000000_first', 'CREATE TABLE first (id TEXT)')
    expect(await run()).toEqual(['20990101000000_first', '20990101000001_second'])
    expect(await hand.sql('SELECT name FROM tokens')).toMatchObject([{ name: 'ci' }])
  })

  it('bring the rows of the first version along, with their attempts, and leave its guards in place', async () => {
    const [first = ''] = own()
    const later = own().slice(1)
    for (const name of later) rmSync(join(folder, dialect, 'migrations', name), { recursive: true })
    await run()
    await hand.sql(`INSERT INTO task_history (id, title, status, attempt, interruptions, sealed_at, finished_at, created_at, updated_at)
      VALUES ('t', 'Fix login', 'success', 1, 2, 5, 5, 1, 5)`)
    await hand.sql(`INSERT INTO task_attempts (task_id, attempt, worker_id, request_id, status, started_at, progress_at, finished_at)
      VALUES ('t', 1, 'w', 'r', 'success', 1, 1, 5)`)
    expect(await migrate(place.url, join(ROOT, 'prisma'))).toEqual(later)
    expect(await applied()).toEqual([first, ...later])
    expect(await hand.sql('SELECT title, interruptions, suspect FROM task_history')).toMatchObject([
      { title: 'Fix login', interruptions: 2 },
    ])
    expect(await hand.sql('SELECT task_id FROM task_attempts')).toMatchObject([{ task_id: 't' }])
    await expect(hand.sql("UPDATE task_history SET title = 'x'")).rejects.toThrow(/sealed_task/)
  })

  it('leave nothing behind of one that fails, and go on once it is corrected', async () => {
    await run()
    add('20990101000000_bad', 'CREATE TABLE half (id TEXT); CREATE TABLE half (id TEXT);')
    await expect(run()).rejects.toThrow(/half/)
    expect(await applied()).toEqual(own())
    await expect(hand.sql('SELECT * FROM half')).rejects.toThrow()
    add('20990101000000_bad', 'CREATE TABLE half (id TEXT)')
    expect(await run()).toEqual(['20990101000000_bad'])
  })

  it('refuse one that was changed after it was applied, and name it', async () => {
    await run()
    add(own()[0] ?? '', 'SELECT 1')
    const error = await refusal(run())
    expect(error.code).toBe('unavailable')
    expect(error.message).toMatch(`the migration ${own()[0]} was changed after it was applied: restore its file`)
  })

  it('refuse a database that is newer than the program, and say what to do', async () => {
    add('20990101000000_future', 'CREATE TABLE future (id TEXT)')
    await run()
    const error = await refusal(migrate(place.url, join(ROOT, 'prisma')))
    expect(error.code).toBe('unavailable')
    expect(error.message).toMatch(/the database is newer than this program: it has the migration 20990101000000_future/)
    expect(error.message).toMatch(/Start the newer version/)
  })
})

describe('a database that cannot be opened', () => {
  it('is told by its place and what to do, without its password', async () => {
    const error = await refusal(migrate('postgresql://ada:secret@127.0.0.1:1/rollcall'))
    expect(error.code).toBe('unavailable')
    expect(error.message).toMatch(
      /^PostgreSQL at 127\.0\.0\.1:1\/rollcall cannot be used \(.*ECONNREFUSED.*\): start it/,
    )
    expect(error.message).not.toContain('secret')
  })

  it('is told by its file when that is no database', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-broken-'))
    writeFileSync(join(folder, 'broken.db'), 'this is a letter to a friend, and a long one at that. '.repeat(100))
    const error = await refusal(migrate(`file:${join(folder, 'broken.db')}`))
    rmSync(folder, { recursive: true })
    expect(error.code).toBe('unavailable')
    expect(error.message).toMatch(/broken\.db cannot be opened for writing/)
  })

  it('is told by its URL when that names no known kind', async () => {
    const error = await refusal(migrate('mysql://127.0.0.1/rollcall'))
    expect(error).toMatchObject({ code: 'validation' })
    expect(error.message).toMatch(/DATABASE_URL is neither file:<path> nor postgresql:/)
  })
})
