/** Files that are on the disk, name and all, when the call returns. */
import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'

export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Gives a file its name; both must be in one folder. */
export function placeAt(from: string, to: string): void {
  renameSync(from, to)
  syncFile(dirname(to))
}
