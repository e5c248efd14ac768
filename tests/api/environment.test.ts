/** What a server cannot run with: one sentence that says what to do, an exit code, and no server that answers errors. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '#lib/db/migrate.ts'
import { removeFolder } from '../support/folders.ts'
import { connectByHand, DIALECTS, makeDatabase } from '../support/ledger.ts'
import { freePort, type ServerOptions, startServer, stopServers } from '../support/server.ts'

const NOBODY = 65_534
const PASSWORD = 's3cr3t-of-the-database'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-environment-'))
})
afterEach(async () => {
  await stopServers()
  chmodSync(folder, 0o700)
  removeFolder(folder)
})

/** Root may write everywhere, so root's tests of permissions run the server as somebody else. */
const asNobody = process.getuid?.() === 0 ? { uid: NOBODY } : {}
const file = (...names: string[]) => `file:${join(folder, ...names)}`

async function refusal(options: ServerOptions): Promise<string> {
  const server = await startServer({ ...options, wait: false })
  const exit = await server.ended
  expect(server.output()).not.toMatch(/listening|\n\s+at |Error:/)
  expect(exit).toBe(1)
  const printed = server.stderr().trim()
  expect(printed.split('\n')).toEqual([expect.stringMatching(/^rollcall: \S.{20,}/)])
  return printed
}

describe('a server that cannot use its SQLite file', () => {
  it('says so of a folder that it may not write', async () => {
    chmodSync(folder, 0o555)
    const said = await refusal({ databaseUrl: file('data', 'rollcall.db'), ...asNobody })
    expect(said).toContain(join(folder, 'data', 'rollcall.db'))
    expect(said).toMatch(/permission/i)
  })

  it('says so of a file that it may not read', async () => {
    chmodSync(folder, 0o755)
    writeFileSync(join(folder, 'rollcall.db'), '')
    chmodSync(join(folder, 'rollcall.db'), 0o000)
    expect(await refusal({ databaseUrl: file('rollcall.db'), ...asNobody })).toMatch(/permission/i)
  })

  it('says so of a file that it may only read', async () => {
    await migrate(file('rollcall.db'))
    chmodSync(join(folder, 'rollcall.db'), 0o444)
    chmodSync(folder, 0o555)
    expect(await refusal({ databaseUrl: file('rollcall.db'), ...asNobody })).toMatch(/readonly database.*permission/)
  })

  it('says so of a file that is no database', async () => {
    writeFileSync(join(folder, 'rollcall.db'), 'a letter to my mother\n'.repeat(1000))
    expect(await refusal({ databaseUrl: file('rollcall.db') })).toMatch(/SQLite file/)
  })

  it('says so of a file that is damaged', async () => {
    await migrate(file('rollcall.db'))
    const byHand = connectByHand('sqlite', file('rollcall.db'))
    await byHand.sql('PRAGMA wal_checkpoint(TRUNCATE)')
    await byHand.close()
    const path = join(folder, 'rollcall.db')
    const bytes = readFileSync(path)
    // The head is whole, so that only a look at what it leads to tells.
    writeFileSync(path, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0x5a)]))
    expect(await refusal({ databaseUrl: file('rollcall.db') })).toMatch(/malformed/)
  })

  it('says so of a folder in its place', async () => {
    mkdirSync(join(folder, 'rollcall.db'))
    expect(await refusal({ databaseUrl: file('rollcall.db') })).toContain(join(folder, 'rollcall.db'))
  })

  it('says so of a file where its folder should be', async () => {
    writeFileSync(join(folder, 'data'), '')
    expect(await refusal({ databaseUrl: file('data', 'rollcall.db') })).toContain(join(folder, 'data'))
  })
})

describe.each(DIALECTS)('a database that is newer than the program, on %s', (dialect) => {
  it('is left as it is', async () => {
    const place = await makeDatabase(dialect)
    await migrate(place.url)
    const byHand = connectByHand(dialect, place.url)
    const columns = 'id, checksum, migration_name, applied_steps_count'
    await byHand.sql(`INSERT INTO _prisma_migrations (${columns}) VALUES ('x', 'y', '29990101000000_future', 1)`)
    const said = await refusal({ databaseUrl: place.url })
    expect(said).toMatch(/newer than this program.*29990101000000_future/)
    await byHand.sql(`UPDATE _prisma_migrations SET migration_name = 'other', checksum = 'z' WHERE id <> 'x'`)
    await byHand.close()
    await place.remove()
  })
})

describe('a server that cannot reach its PostgreSQL', () => {
  it('names the place and not the password when nobody listens there', async () => {
    const port = await freePort()
    const said = await refusal({ databaseUrl: `postgresql://rollcall:${PASSWORD}@127.0.0.1:${port}/rollcall` })
    expect(said).toContain(`127.0.0.1:${port}/rollcall`)
    expect(said).toMatch(/start it or correct DATABASE_URL/)
    expect(said).not.toContain(PASSWORD)
  })

  it('says so of a database that is not there', async () => {
    const url = new URL(process.env.TEST_POSTGRES_URL ?? '')
    url.pathname = '/no_such_database'
    url.password = PASSWORD
    const said = await refusal({ databaseUrl: url.href })
    expect(said).toContain('no_such_database')
    expect(said).not.toContain(PASSWORD)
  })

  it('says so of a database in which it may make no tables', async () => {
    const place = await makeDatabase('postgresql')
    const byHand = connectByHand('postgresql', place.url)
    const role = `guest_${process.pid}`
    await byHand.sql(`CREATE ROLE ${role} LOGIN`)
    const url = new URL(place.url)
    Object.assign(url, { username: role, password: PASSWORD })
    const said = await refusal({ databaseUrl: url.href })
    expect(said).toMatch(/permission denied/)
    expect(said).not.toContain(PASSWORD)
    await byHand.sql(`DROP ROLE ${role}`)
    await byHand.close()
    await place.remove()
  })

  it('says so of a port at which something else listens', async () => {
    const stranger = createServer((socket) => socket.end('220 mail ready\r\n').on('error', () => {}))
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    const address = stranger.address()
    const port = typeof address === 'object' ? address?.port : 0
    const said = await refusal({ databaseUrl: `postgresql://rollcall:${PASSWORD}@127.0.0.1:${port}/rollcall` })
    expect(said).not.toContain(PASSWORD)
    stranger.close()
  })
})

describe('a server that cannot have its port', () => {
  it('says who has to give way, and leaves the database alone', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const said = await refusal({ databaseUrl: file('rollcall.db'), port })
    expect(said).toMatch(new RegExp(`Port ${port} of 127\\.0\\.0\\.1 is taken`))
    expect(existsSync(join(folder, 'rollcall.db'))).toBe(false)
    taken.close()
  })

  it.each(['abc', '70000'])('says so of the port "%s"', async (PORT) => {
    expect(await refusal({ databaseUrl: file('rollcall.db'), env: { PORT } })).toContain(`PORT is "${PORT}"`)
  })

  it('says so of an address that this machine does not have', async () => {
    expect(await refusal({ databaseUrl: file('rollcall.db'), env: { HOST: '203.0.113.7' } })).toContain('203.0.113.7')
  })
})

describe('a server with a setting that it does not understand', () => {
  it.each([
    ['DATABASE_URL', `mysql://rollcall:${PASSWORD}@127.0.0.1/rollcall`],
    ['DATABASE_URL', `postgresql://rollcall:${PASSWORD}@127.0.0.1:port/rollcall`],
    ['ROLLCALL_SWEEP_MS', 'often'],
    ['ROLLCALL_STRATEGY', 'hope'],
    ['ROLLCALL_ADMIN_TOKEN', 'too short'],
  ])('names %s="%s"', async (name, value) => {
    const said = await refusal({ databaseUrl: file('rollcall.db'), env: { [name]: value } })
    expect(said).toContain(name)
    expect(said).not.toContain(PASSWORD)
    expect(said).not.toContain('too short')
    expect(existsSync(join(folder, 'rollcall.db'))).toBe(false)
  })
})
