/** Which build of SQLite a bundled worker loads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { currentTarget, familySync, GLIBC, MUSL } from '#lib/worker/store/build.ts'

const ofLibsql = createRequire(createRequire(import.meta.url).resolve('libsql'))
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-build-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('is the one that libsql itself would find', () => {
  expect(currentTarget()).toBe(ofLibsql('@neon-rs/load').currentTarget())
  const names = ofLibsql('detect-libc')
  expect([GLIBC, MUSL]).toEqual([names.GLIBC, names.MUSL])
})

test.each([
  [MUSL, '\x7fELF /lib/ld-musl-x86_64.so.1\0'],
  [GLIBC, '\x7fELF /lib64/ld-linux-x86-64.so.2\0'],
])('is that for %s where Node was built for it', (family, head) => {
  const program = join(folder, family)
  writeFileSync(program, head.padEnd(9000, '\0'))
  expect(familySync(program)).toBe(family)
})

test.each([
  ['darwin', 'arm64', 'darwin-arm64'],
  ['win32', 'x64', 'win32-x64-msvc'],
  ['linux', 'arm', 'linux-arm-gnueabihf'],
])('has a name on %s %s', (platform, arch, target) => {
  expect(currentTarget({ platform, arch })).toBe(target)
})
