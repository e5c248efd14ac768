/**
 * Which build of libsql fits this system. In a bundle it stands in for the two packages that libsql asks: those have Node write a
 * whole report about the process, in which even the names of the hosts it talks to are looked up.
 */
import { closeSync, openSync, readSync } from 'node:fs'

export const GLIBC = 'glibc'
export const MUSL = 'musl'

export function currentTarget({ platform, arch }: { platform: string; arch: string } = process): string {
  if (platform === 'win32') return `win32-${arch}-msvc`
  if (platform !== 'linux') return `${platform}-${arch}`
  if (arch === 'arm') return 'linux-arm-gnueabihf'
  return `linux-${arch}-${familySync() === MUSL ? 'musl' : 'gnu'}`
}

/** Where its file begins, Node's own program names the loader that it needs. */
export function familySync(program = process.execPath): string {
  const head = Buffer.alloc(4096)
  const file = openSync(program, 'r')
  try {
    readSync(file, head)
  } finally {
    closeSync(file)
  }
  return head.includes('/ld-musl-') ? MUSL : GLIBC
}
