import { describe, expect, it } from 'vitest'
import { readEnv } from '#lib/env.ts'

describe('the environment', () => {
  it('has a default for everything', () => {
    expect(readEnv({})).toEqual({
      databaseUrl: 'file:./data/rollcall.db',
      port: 3000,
      host: '127.0.0.1',
      adminToken: undefined,
      sweepMs: 1000,
      requestTimeoutMs: 30_000,
      smtpUrl: undefined,
      tracesTo: undefined,
      mailFrom: undefined,
      reassignAfterMs: undefined,
      strategy: undefined,
      configPath: undefined,
    })
  })

  it('takes an empty variable for an absent one', () => {
    expect(readEnv({ PORT: '', DATABASE_URL: '' })).toEqual(readEnv({}))
  })

  it('ignores what is not its own', () => {
    expect(readEnv({ PATH: '/bin', ROLLCALL_URL: 'http://127.0.0.1:3000' })).toEqual(readEnv({}))
  })

  it.each([
    ['PORT', '3000x', 'PORT is "3000x"; expected a whole number from 0 to 65535.'],
    ['PORT', '65536', 'PORT is "65536"; expected a whole number from 0 to 65535.'],
    ['HOST', 'two words', 'HOST is "two words"; expected a host name or an IP address.'],
    ['ROLLCALL_SWEEP_MS', '-1', 'ROLLCALL_SWEEP_MS is "-1"; expected a whole number from 50 to 86400000.'],
    ['ROLLCALL_REASSIGN_AFTER_MS', '1.5', 'is "1.5"; expected a whole number from 0 to 86400000.'],
    ['ROLLCALL_STRATEGY', 'No such', 'is "No such"; expected the name of a strategy, such as fail-and-reassign.'],
    ['DATABASE_URL', 'mysql://localhost/rollcall', 'expected file:<path> or postgresql://'],
  ])('refuses %s=%s in one sentence', (variable, value, sentence) => {
    expect(() => readEnv({ [variable]: value })).toThrow(sentence)
  })

  it('shows neither a password nor a token that it refuses', () => {
    expect(() => readEnv({ DATABASE_URL: 'mysql://me:secret@localhost/x' })).toThrow('"mysql://***@localhost/x"')
    expect(() => readEnv({ ROLLCALL_ADMIN_TOKEN: 'my secret' })).toThrow(
      'ROLLCALL_ADMIN_TOKEN is 9 characters; expected',
    )
  })
})
