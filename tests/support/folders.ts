import { rmSync } from 'node:fs'

/** Removes a folder and all that is in it, also where a process that is just being ended still writes into it. */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
}
