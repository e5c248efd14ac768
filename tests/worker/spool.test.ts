import { existsSync, mkdirSync, mkdtempSync, readdirSync, statSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { statePathOf } from '#lib/worker/state-path.ts'
import { readStoreConfig, type StoreConfig } from '#lib/worker/store/config.ts'
import { leftovers, openSpool, type Spool } from '#lib/worker/store/spool.ts'
import { removeFolder } from '../support/folders.ts'
import { chunk, KEY } from '../support/store.ts'

const URL = 'http://ledger'
const MIB = 1024 * 1024

let config: StoreConfig
let open: Spool[]
beforeEach(() => {
  open = []
  config = readStoreConfig({ statePath: join(mkdtempSync(join(tmpdir(), 'rollcall-state-')), 'state') }, {})
})
afterEach(() => {
  for (const spool of open) spool.close()
  removeFolder(join(config.statePath, '..'))
})

const folders = () => readdirSync(join(config.statePath, 'store'))
async function newSpool(url = URL): Promise<Spool> {
  const spool = await openSpool(config, url)
  open.push(spool)
  return spool
}
function close(spool: Spool): void {
  open = open.filter((each) => each !== spool)
  spool.close()
}
async function adopt(url = URL): Promise<Spool[]> {
  const found: Spool[] = []
  for await (const spool of leftovers(config, url)) found.push(spool)
  open.push(...found)
  return found
}
function leave(spool: Spool, text: string): void {
  spool.store.recordReceived(KEY)
  spool.store.appendOutputChunk(chunk(1, text))
  close(spool)
}

describe('stores of one host', () => {
  test('are one for each process, in a folder for its owner only', async () => {
    const [one, other] = [await newSpool(), await newSpool()]
    expect(one.folder).not.toBe(other.folder)
    for (const path of [config.statePath, join(config.statePath, 'store'), one.folder])
      expect(statSync(path).mode & 0o777).toBe(0o700)
  })

  test('are no leftovers as long as they are in use', async () => {
    await newSpool()
    expect(await adopt()).toEqual([])
  })

  test('are removed when nothing in them waits', async () => {
    const spool = await newSpool()
    spool.store.recordReceived(KEY)
    const { id } = spool.store.recordFinal(KEY, { outcome: 'success', exitCode: 0, details: '' })
    spool.store.ackMessage(id)
    close(spool)
    expect(folders()).toEqual([])
  })

  test('are left when something waits, and adopted by one process only, the oldest first', async () => {
    for (const text of ['first', 'second']) leave(await newSpool(), text)
    const found = await adopt()
    expect(found.map(({ store }) => store.unackedMessages()[0])).toMatchObject([{ data: 'first' }, { data: 'second' }])
    expect(await adopt()).toEqual([])
    const [first] = found
    if (first) close(first)
    expect(await adopt()).toHaveLength(1)
  })

  test('are left to those who work for the same ledger', async () => {
    leave(await newSpool('http://other'), 'text')
    expect(await adopt()).toEqual([])
    expect(await adopt('http://other')).toHaveLength(1)
  })

  test('take no new work while what could not be delivered fills the disk', async () => {
    const spool = await newSpool()
    leave(spool, 'x'.repeat(64 * 1024))
    config = { ...config, capBytes: 4096, reserveBytes: 1024 }
    await expect(openSpool(config, URL)).rejects.toMatchObject({ code: 'reserve_unavailable' })
    expect(folders()).toHaveLength(1)
  })

  test('whose making or removing was cut short are removed, those being made are not', async () => {
    const spool = await newSpool()
    const parent = join(spool.folder, '..')
    for (const name of ['a.new', 'b.new', 'c.removed', 'd']) mkdirSync(join(parent, name))
    utimesSync(join(parent, 'a.new'), 0, 0)
    expect(await adopt()).toEqual([])
    expect(['a.new', 'b.new', 'c.removed', 'd'].map((name) => existsSync(join(parent, name)))).toEqual([
      false,
      true,
      false,
      false,
    ])
  })
})

describe('the configuration', () => {
  test('has 64 MiB for all and 1 MiB for each final result, and a place for state', () => {
    const read = readStoreConfig({}, { HOME: '/home/ada' })
    expect(read).toMatchObject({ capBytes: 64 * MIB, reserveBytes: MIB })
    expect(read.statePath).toMatch(/\.local\/state\/rollcall$/)
  })

  test('takes the place from the environment, and rather from the program', () => {
    expect(statePathOf({ XDG_STATE_HOME: '/x' })).toBe('/x/rollcall')
    expect(statePathOf({ XDG_STATE_HOME: 'x' })).toMatch(/\.local\/state\/rollcall$/)
    const env = { XDG_STATE_HOME: '/x', ROLLCALL_STATE_PATH: '/state' }
    expect(statePathOf(env)).toBe('/state')
    expect(readStoreConfig({ statePath: '/given' }, env).statePath).toBe('/given')
  })

  test.each(['x', '0', '-1', '1.5', '1e999', ' '])('warns of the variable "%s" and takes the default', (text) => {
    const warnings: string[] = []
    const env = {
      ROLLCALL_LOCAL_STORE_SPOOL_CAP_BYTES: text,
      ROLLCALL_LOCAL_STORE_TERMINAL_RESERVE_BYTES: text,
    }
    const read = readStoreConfig({}, env, (sentence) => warnings.push(sentence))
    expect(read).toMatchObject({ capBytes: 64 * MIB, reserveBytes: MIB })
    expect(warnings).toHaveLength(2)
  })

  test('takes valid variables, and the defaults with a warning when they do not fit together', () => {
    const warnings: string[] = []
    const read = (cap: string, reserve: string) =>
      readStoreConfig(
        {},
        { ROLLCALL_LOCAL_STORE_SPOOL_CAP_BYTES: cap, ROLLCALL_LOCAL_STORE_TERMINAL_RESERVE_BYTES: reserve },
        (sentence) => warnings.push(sentence),
      )
    expect(read('100', '100')).toMatchObject({ capBytes: 100, reserveBytes: 100 })
    expect(warnings).toEqual([])
    expect(read('100', '101')).toMatchObject({ capBytes: 64 * MIB, reserveBytes: MIB })
    expect(warnings).toHaveLength(1)
  })

  test.each([
    { statePath: '' },
    { capBytes: 0 },
    { capBytes: -1 },
    { reserveBytes: 0 },
    { reserveBytes: Number.NaN },
    { capBytes: 10, reserveBytes: 11 },
  ])('refuses %o from a program', (given) => {
    expect(() => readStoreConfig(given, {})).toThrow(expect.objectContaining({ code: 'validation' }))
  })
})
