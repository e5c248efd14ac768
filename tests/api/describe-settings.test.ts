import { expect, it } from 'vitest'
import { describeSettings } from '#lib/api/describe-settings.ts'
import { Settings } from '#lib/task/settings.ts'

const provider = { name: 'Acme', issuer: 'https://id.example', clientId: 'x', clientSecret: 'ACME_SECRET' }
const lines = describeSettings(Settings.parse({ access: { provider }, retentionMs: 86_400_000 })).flatMap(
  ({ settings }) => settings,
)
const told = (name: string) => lines.find((line) => line.name === name)?.value

it('leaves no setting out, and says what each of them means', () => {
  const named = new Set(lines.map(({ name }) => name.split('.', 1)[0]))
  expect([...named].sort()).toEqual(Object.keys(Settings.shape).sort())
  expect(lines.filter(({ name, meaning }) => meaning === '' && !name.startsWith('access.provider.'))).toEqual([])
  expect(lines.find(({ name }) => name === 'access.idleMs')?.meaning).toBe('and how long without being used')
})

it('tells times in their units, parts one by one, and of a secret only the variable that holds it', () => {
  expect(told('access.signInMs')).toBe('7 d')
  expect(told('retentionMs')).toBe('1 d')
  expect(told('firstDelayMs')).toBe('10 s')
  expect(told('access.provider.issuer')).toBe('https://id.example')
  expect(told('access.provider.clientSecret')).toBe('ACME_SECRET')
  expect(told('masks')).toBe('none')
  expect(told('compensation.handlers')).toBe('none')
  expect(told('assignedTtlMs')).toBe('15 m')
  expect(told('outputBytesMax')).toBe('8 MiB')
  expect(told('rateLimits.tokenPerSecond')).toBe('10,000')
})
