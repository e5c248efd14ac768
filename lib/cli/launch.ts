/**
 * What Node runs: loads the parts of the bundle beside it, from what V8 made of them when they were bundled. V8 takes that
 * back at the same version and with the same flags only; anywhere else it compiles them anew, and all begins a moment later.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'

interface Part {
  exports: unknown
}
type Demand = (name: string) => unknown

const FOLDER = import.meta.dirname
const COMPILED = join(FOLDER, 'compiled', `${process.version}-${process.platform}-${process.arch}`)

const parts = new Map<string, Part>()
const requireModule = createRequire(import.meta.url)
const demand: Demand = (name) => (name.endsWith('.cjs') ? load(basename(name)) : requireModule(name))

load('main.cjs')

function load(name: string): unknown {
  const known = parts.get(name)
  if (known) return known.exports
  const part: Part = { exports: {} }
  parts.set(name, part)
  const filename = join(FOLDER, name)
  const cachedData = compiled(name)
  // All ASCII, as the bundler writes it, and kept by V8 without a copy when it is read as Latin-1.
  const script = new Script(readFileSync(filename, 'latin1'), { filename, ...(cachedData ? { cachedData } : {}) })
  const run: (part: Part, require: Demand, fileUrl: string, folder: string) => void = script.runInThisContext()
  run(part, demand, pathToFileURL(filename).href, FOLDER)
  return part.exports
}

function compiled(name: string): Buffer | undefined {
  try {
    return readFileSync(join(COMPILED, name))
  } catch {
    return undefined
  }
}
