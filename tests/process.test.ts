import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { describe, expect, test } from 'vitest'
import { isGone, readIdentity, startTimeOf } from '#lib/process.ts'

const fields = Array.from({ length: 50 }, (_, index) => String(index + 3))

describe('the identity of a process', () => {
  test.each(['node', 'my (odd) name', ') 1 2 (', 'a b c'])('finds field 22 behind the program name "%s"', (name) => {
    expect(startTimeOf(`4711 (${name}) ${fields.join(' ')}`)).toBe('22')
  })

  test('names host and pid, and on Linux what proves that a process is the same', () => {
    const identity = readIdentity()
    expect(identity).toMatchObject({ host: hostname(), pid: process.pid })
    if (process.platform === 'linux') {
      expect(identity.bootId).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
      expect(identity.pidNamespace).toMatch(/^pid:\[\d+\]$/)
      expect(identity.processStartedAt).toMatch(/^\d+$/)
    } else {
      expect(identity.processStartedAt).toBeUndefined()
    }
  })

  test('stays the same as long as the process lives', () => {
    expect(readIdentity()).toEqual(readIdentity())
  })
})

describe('the proof that a process is gone', () => {
  const own = readIdentity().processStartedAt ?? ''

  test('is not found for one that lives', () => {
    expect(isGone(process.pid, own)).toBe(false)
  })

  test('is found when its number belongs to a process that started at another time', () => {
    expect(isGone(process.pid, `${own}1`)).toBe(true)
  })

  test('is found once it has ended', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    const { pid = 0 } = child
    const startedAt = startTimeOf(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? ''
    expect(isGone(pid, startedAt)).toBe(false)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isGone(pid, startedAt)).toBe(true)
  })
})
