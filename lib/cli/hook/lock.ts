/** A file that one process at a time owns, and that a dead owner loses. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isGone, readIdentity } from '#lib/process.ts'

/** False when another process that lives has it. */
export function takeLock(file: string): boolean {
  const own = `${file}.${process.pid}`
  const { processStartedAt, bootId } = readIdentity()
  writeFileSync(own, JSON.stringify({ pid: process.pid, startedAt: processStartedAt ?? null, bootId: bootId ?? null }))
  try {
    for (let tries = 0; tries < 3; tries++) {
      if (link(own, file)) return true
      if (isOwned(file)) return false
      setAside(file)
    }
    return false
  } finally {
    rmSync(own, { force: true })
  }
}

export function isOwned(file: string): boolean {
  const text = read(file)
  if (text === undefined) return false
  try {
    const { pid, startedAt, bootId } = JSON.parse(text)
    if (bootId !== (readIdentity().bootId ?? null)) return false
    return startedAt === null ? runs(pid) : !isGone(pid, startedAt)
  } catch {
    return false
  }
}

/** Of two that find the same dead owner, one moves the file away; who moved a fresh one by mistake puts it back. */
function setAside(file: string): void {
  const stale = read(file)
  const aside = `${file}.stale-${process.pid}`
  try {
    renameSync(file, aside)
    if (read(aside) !== stale) renameSync(aside, file)
    rmSync(aside, { force: true })
  } catch {
    // The other one was faster.
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch {
    return false
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
