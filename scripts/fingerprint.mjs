/** Knows whether a step's result is still that of its sources: a hash of them, kept in a stamp file beside the result. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { ROOT } from './step.mjs'

/** Files and folders, relative to the clone; one that does not exist counts as empty. `salt` is anything else that matters. */
export function fingerprint(paths, salt = '') {
  const hash = createHash('sha256').update(salt)
  for (const file of paths.flatMap((path) => filesIn(join(ROOT, path)))) {
    hash.update(`\0${relative(ROOT, file)}\0`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

/** Runs `work` unless `stamp` already holds `print`. The stamp goes first, so that a half-done result never counts. */
export async function unlessStamped(stamp, print, work) {
  const file = join(ROOT, stamp)
  if (existsSync(file) && readFileSync(file, 'utf8') === print) return 'up to date'
  rmSync(file, { force: true })
  const note = await work()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, print)
  return note
}

function filesIn(path) {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return []
  if (stats.isFile()) return [path]
  const names = readdirSync(path).sort()
  return names.filter((name) => name !== 'generated').flatMap((name) => filesIn(join(path, name)))
}
