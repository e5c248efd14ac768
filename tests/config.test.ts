import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readConfig } from '#lib/config.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { removeFolder } from './support/folders.ts'

describe('the configuration', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollcall-config-'))
  })
  afterEach(() => removeFolder(folder))

  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const read = (text?: string, environment: { strategy?: string; reassignAfterMs?: number } = {}) =>
    readConfig({
      configPath: text === undefined ? undefined : write('rollcall.json', text),
      strategy: environment.strategy,
      reassignAfterMs: environment.reassignAfterMs,
    })
  const task = { agent: 'coder', labels: { tier: 'gold' } }

  it('has a default for everything', async () => {
    const { settings } = await read()
    expect(settings).toMatchObject({ strategy: 'fail-and-reassign', firstDelayMs: 10_000, resumesMax: 2 })
  })

  it('is overridden by the environment', async () => {
    const { settings } = await read('{"strategy": "compensate", "firstDelayMs": 5}', { strategy: 'hold-for-operator' })
    expect(settings).toMatchObject({ strategy: 'hold-for-operator', firstDelayMs: 5 })
  })

  it('reads the secrets of compensations from the environment, and refuses a start without one', async () => {
    const url = 'https://git.internal/undo'
    const file = JSON.stringify({
      compensation: { handlers: { branch: { url, secret: 'UNDO_SECRET' }, tag: { url } } },
    })
    vi.stubEnv('UNDO_SECRET', 'hush')
    expect([...(await read(file)).secrets]).toEqual([['branch', 'hush']])
    for (const value of [undefined, '']) {
      vi.stubEnv('UNDO_SECRET', value)
      await expect(read(file)).rejects.toThrow(
        /rollcall\.json cannot be used: compensation\.handlers\.branch\.secret: the environment has no variable UNDO_SECRET\./,
      )
    }
    vi.unstubAllEnvs()
  })

  it('chooses a strategy by agent or label, the first rule that fits', async () => {
    const { settings } = await read(
      JSON.stringify({
        strategies: [
          { agent: 'writer', strategy: 'compensate' },
          { label: 'tier=silver', strategy: 'compensate' },
          { agent: 'coder', label: 'tier=gold', strategy: 'resume-from-checkpoint' },
          { label: 'tier', strategy: 'hold-for-operator' },
        ],
      }),
    )
    const policy = createPolicy(settings)
    expect(policy.strategyFor(null, task).name).toBe('resume-from-checkpoint')
    expect(policy.strategyFor(null, { ...task, agent: 'tester' }).name).toBe('hold-for-operator')
    expect(policy.strategyFor(null, { agent: null, labels: {} }).name).toBe('fail-and-reassign')
    expect(policy.strategyFor('compensate', task).name).toBe('compensate')
  })

  it('takes a strategy of the user’s own from a module beside the file', async () => {
    write('mine.mjs', "export default { name: 'mine', decide: () => ({ action: 'hold', reason: 'mine' }) }")
    const { settings, strategies } = await read('{"strategy": "mine", "strategyModules": ["./mine.mjs"]}')
    expect(createPolicy(settings, strategies).strategyFor(null, task).name).toBe('mine')
  })

  it.each([
    ['{"strategy": 1}', 'strategy: '],
    ['{"firstDelay": 1}', 'Unrecognized key'],
    ['{"strategies": [{"strategy": "compensate"}]}', 'must name an agent or a label'],
    ['[]', 'a JSON object is expected'],
    ['{', 'JSON'],
    ['{"strategyModules": ["./none.mjs"]}', 'none.mjs'],
  ])('refuses %s, and names what is wrong', async (text, met) => {
    await expect(read(text)).rejects.toThrow(met)
  })

  it('refuses a module that is no strategy', async () => {
    write('mine.mjs', 'export default { name: 1 }')
    await expect(read('{"strategyModules": ["./mine.mjs"]}')).rejects.toThrow('its default export must be a strategy')
  })

  it('refuses a rule that names an unknown strategy, when the program boots', async () => {
    const { settings } = await read('{"strategies": [{"agent": "coder", "strategy": "hope"}]}')
    expect(() => createPolicy(settings)).toThrow('The setting strategies[0] names the unknown strategy "hope"')
  })
})
