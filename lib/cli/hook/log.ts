/** Where hooks and keepers write what went wrong: the agent that calls them must not be bothered with it. */
import { appendFileSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stateFolder } from '#lib/worker/state-path.ts'

const BYTES_MAX = 1024 * 1024

/** Never throws: where nothing can be written, nobody is told. */
export function log(sentence: string): void {
  try {
    const file = logFile()
    if (sizeOf(file) > BYTES_MAX) renameSync(file, `${file}.1`)
    appendFileSync(file, `${new Date().toISOString()} ${process.pid} ${sentence.replace(/\s*\n\s*/g, ' ')}\n`, {
      mode: 0o600,
    })
  } catch {
    // A full disk, or a folder that may not be written.
  }
}

export function logFile(): string {
  return join(dirname(stateFolder('hooks')), 'hook.log')
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}
