/** `rollcall run` whose ledger goes away in the middle, and comes back. */
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Cli, openCli } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { removeFolder } from '../support/folders.ts'
import { type DatabaseProxy, openProxy } from '../support/proxy.ts'
import { type StrictLedger, startStrictLedger } from '../support/strict-ledger.ts'

let cli: Cli
let strict: StrictLedger
let proxy: DatabaseProxy
let folder: string
beforeAll(async () => {
  cli = await openCli()
})
afterAll(() => cli.stop())
beforeEach(async () => {
  strict = await startStrictLedger()
  proxy = await openProxy(strict.ledger.url)
  folder = mkdtempSync(join(tmpdir(), 'rollcall-outage-'))
})
afterEach(async () => {
  await proxy.close()
  await strict.ledger.stop()
  removeFolder(folder)
})

const file = (name: string) => join(folder, name)
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('')

/** Writes 5,000 lines, waits for a word, writes 15,000 more and ends with 3. */
function start(env: Record<string, string> = {}) {
  const numbered = (from: number, to: number) => `seq ${from} ${to} | sed 's/^/line /'`
  const wait = `while [ ! -e ${file('go')} ]; do sleep 0.02; done`
  const script = `${numbered(1, 5000)}; ${wait}; ${numbered(5001, 20_000)}; touch ${file('written')}; exit 3`
  const address = { ROLLCALL_URL: proxy.url, ROLLCALL_TOKEN: 'rc_test', ROLLCALL_STATE_PATH: file('state') }
  return cli.start(['run', '--id', 'task-1', '--', '/bin/sh', '-c', script], { env: { ...address, ...env } })
}

async function writeWhileAway(): Promise<void> {
  await eventually('some of it is on record', () => strict.text('task-1', 'stdout').length > 0)
  await proxy.cut()
  writeFileSync(file('go'), '')
  await eventually('all of it is written', () => existsSync(file('written')))
}

describe('a ledger that goes away while 20,000 lines are written', () => {
  test('has all of them in order and none twice when it is back, and the outcome', async () => {
    const run = start()
    await writeWhileAway()
    await eventually('the outcome waits', () => run.stderr().includes('the outcome waits for the ledger'))
    await proxy.mend()
    expect(await run.ended, run.stderr()).toBe(3)
    expect(strict.text('task-1', 'stdout') === lines(1, 20_000)).toBe(true)
    expect(run.stdout() === lines(1, 20_000)).toBe(true)
    expect([...(strict.kept('task-1')?.finals.values() ?? [])]).toEqual([{ outcome: 'failed', exitCode: 3 }])
    expect(readdirSync(file('state/store'))).toEqual([])
  })

  test('has one exact marker for what the cap had no room for', async () => {
    const run = start({
      ROLLCALL_LOCAL_STORE_SPOOL_CAP_BYTES: '80000',
      ROLLCALL_LOCAL_STORE_TERMINAL_RESERVE_BYTES: '4000',
    })
    await writeWhileAway()
    await eventually('the outcome waits', () => run.stderr().includes('the outcome waits for the ledger'))
    await proxy.mend()
    expect(await run.ended, run.stderr()).toBe(3)
    const { messages = [] } = strict.kept('task-1') ?? {}
    expect(messages.filter(({ dropped }) => dropped)).toHaveLength(1)
    const at = messages.findIndex(({ dropped }) => dropped)
    const first = messages[at]
    const textOf = (part: typeof messages) => part.map(({ data }) => data).join('')
    const arrived = messages.slice(0, at)
    const after = textOf(messages.slice(at))
    expect(lines(1, 20_000).startsWith(textOf(arrived)) && lines(1, 20_000).endsWith(after)).toBe(true)
    // What arrived without its ack coming back is dropped for its sender; the ledger keeps what it has.
    const from = first?.dropped?.from ?? 0
    const before = arrived.filter(({ sequence }) => sequence < from)
    expect(from).toBeLessThanOrEqual(arrived.length + 1)
    expect(before).toHaveLength(from - 1)
    const bytes = lines(1, 20_000).length - textOf(before).length - after.length
    expect(first?.dropped).toEqual({ from, to: (first?.sequence ?? 0) - 1, bytes })
  })

  test('gets what nobody wanted to wait for from the next rollcall on the host', async () => {
    const run = start()
    await writeWhileAway()
    await eventually('the outcome waits', () => run.stderr().includes('the outcome waits for the ledger'))
    run.process.kill('SIGINT')
    expect(await run.ended).toBe(3)
    expect(run.stderr()).toContain(`it waits in ${file('state/store')}`)
    await proxy.mend()
    const env = { ROLLCALL_URL: proxy.url, ROLLCALL_TOKEN: 'rc_test', ROLLCALL_STATE_PATH: file('state') }
    const next = cli.start(['run', '--id', 'task-2', '--', 'true'], { env })
    expect(await next.ended, next.stderr()).toBe(0)
    expect(strict.text('task-1', 'stdout') === lines(1, 20_000)).toBe(true)
    expect([...(strict.kept('task-1')?.finals.values() ?? [])]).toEqual([{ outcome: 'failed', exitCode: 3 }])
  })
})
