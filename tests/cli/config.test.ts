/** `rollcall config check`: a server would start with it, or why it would not. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cli, openCli, openServersCli } from '../support/cli.ts'
import { removeFolder } from '../support/folders.ts'

let cli: Cli
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-config-check-'))
  cli = await openServersCli()
})
afterAll(async () => {
  await cli.stop()
  removeFolder(folder)
})

async function check(env: Record<string, string>, file?: object) {
  const path = join(folder, 'rollcall.json')
  if (file) writeFileSync(path, JSON.stringify(file))
  const run = cli.start(['config', 'check', '--json'], { env: { ...env, ...(file ? { ROLLCALL_CONFIG: path } : {}) } })
  const code = await run.ended
  const { settings = [], ...found } = JSON.parse(run.stdout())
  const origins = new Map<string, { value: unknown; origin: string }>(
    settings.map(({ name, ...rest }: { name: string; value: unknown; origin: string }) => [name, rest]),
  )
  return { code, found, of: (name: string) => origins.get(name), text: run.stdout(), path }
}

describe('a check of the configuration', () => {
  test('says of each setting where its value is from, the environment before the file', async () => {
    const env = { PORT: '4000', ROLLCALL_STRATEGY: 'hold-for-operator' }
    const { code, found, of, path } = await check(env, { strategy: 'compensate', firstDelayMs: 5000 })
    expect(code).toBe(0)
    expect(found).toEqual({ ok: true, trouble: null, warnings: [] })
    expect(of('PORT')).toEqual({ value: 4000, origin: 'environment' })
    expect(of('HOST')).toEqual({ value: '127.0.0.1', origin: 'default' })
    expect(of('strategy')).toEqual({ value: 'hold-for-operator', origin: 'environment' })
    expect(of('firstDelayMs')).toEqual({ value: 5000, origin: path })
    expect(of('resumesMax')).toEqual({ value: 2, origin: 'default' })
  })

  test('shows no secret', async () => {
    const { code, of, text } = await check({
      ROLLCALL_ADMIN_TOKEN: 'rc_hush',
      ROLLCALL_SMTP_URL: 'smtp://me:hush@mail.example.com',
      DATABASE_URL: 'postgresql://me:hush@db.example.com/rollcall',
    })
    expect(code).toBe(0)
    expect(of('DATABASE_URL')?.value).toBe('postgresql://***@db.example.com/rollcall')
    expect(text).not.toContain('hush')
  })

  test.each([
    [{ PORT: 'x' }, undefined, 'PORT is "x"; expected a whole number'],
    [{}, { firstDelay: 1 }, 'firstDelay'],
    [{ ROLLCALL_STRATEGY: 'no-such' }, undefined, 'no-such'],
    [{}, { strategyModules: ['./absent.mjs'] }, 'absent.mjs'],
    [{ ROLLCALL_CONFIG: '/no/such.json' }, undefined, '/no/such.json'],
  ])('says why a server would not start with %j and the file %j', async (env, file, sentence) => {
    const { code, found } = await check(env, file)
    expect(code).toBe(1)
    expect(found.ok).toBe(false)
    expect(found.trouble).toContain(sentence)
  })

  test('warns of a variable that nothing reads, and of a server that others reach without TLS', async () => {
    const { code, found } = await check({ ROLLCALL_SWEEPMS: '500', HOST: '0.0.0.0', ROLLCALL_TOKEN: 'rc_x' })
    expect(code).toBe(0)
    expect(found.warnings).toEqual([
      'ROLLCALL_SWEEPMS is no variable of the server: is it spelled right?',
      expect.stringContaining('it listens on 0.0.0.0 for others, without TLS'),
    ])
  })
})

test('on a host of workers alone the command says where it belongs', async () => {
  const workers = await openCli()
  try {
    const run = workers.start(['config', 'check'])
    expect(await run.ended).toBe(64)
    expect(run.stderr()).toContain('run it where the server is')
  } finally {
    await workers.stop()
  }
})
