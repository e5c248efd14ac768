/** The rules of the code that a reader relies on. Each failure names its file and line. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { occurrences, ROOT, type Source, sources } from './support/sources.ts'

const LINES_MAX = 250
const LINES_MEDIAN_MAX = 100

const GROUND = [
  'lib/task',
  'lib/contract',
  'lib/contract.ts',
  'lib/env.ts',
  'lib/config.ts',
  'lib/process.ts',
  'lib/log.ts',
]

/** What each part may import of the others. Whatever stands in one part may use the rest of that part. */
const FLOORS: Record<string, readonly string[]> = {
  'lib/task': [],
  'lib/contract': ['lib/task'],
  'lib/contract.ts': ['lib/contract', 'lib/task'],
  'lib/env.ts': ['lib/task'],
  'lib/config.ts': ['lib/env.ts', 'lib/task'],
  'lib/process.ts': [],
  'lib/log.ts': ['lib/env.ts', 'lib/task'],
  'lib/db': GROUND,
  'lib/ledger': ['lib/db', ...GROUND],
  'lib/api': ['lib/ledger', 'lib/db', ...GROUND],
  'lib/worker': GROUND,
  'lib/boot.ts': ['lib/api', 'lib/ledger', 'lib/db', ...GROUND],
  'lib/cli': ['lib/worker', ...GROUND],
  'lib/admin': ['lib/db', 'lib/cli', ...GROUND],
  components: ['lib/task'],
  app: ['components', 'lib/api', 'lib/ledger', ...GROUND],
  'instrumentation.ts': ['instrumentation-node.ts'],
  'instrumentation-node.ts': ['lib/boot.ts', 'lib/task'],
  'proxy.ts': ['lib/api'],
  'server.js': [],
}
/** The folders of components, each standing on those before it only. */
const SHELVES = [
  ['ui'],
  ['look'],
  ['live', 'acts', 'output', 'audit'],
  ['query', 'health', 'worker', 'access', 'settings'],
  ['bulk', 'activity', 'shell', 'first-run'],
  ['task-list', 'incident'],
  ['task'],
]
const PRODUCT = ['app/', 'components/', 'lib/', 'instrumentation', 'proxy.ts', 'server.js']

describe('the code', () => {
  it(`has no file over ${LINES_MAX} lines`, () => {
    const long = sources().filter(({ lines }) => lines.length > LINES_MAX)
    expect(long.map(({ path, lines }) => `${path}:${lines.length}`)).toEqual([])
  })

  it(`has files of ${LINES_MEDIAN_MAX} lines or less, by the median`, () => {
    const lengths = sources().map(({ lines }) => lines.length)
    expect(median(lengths)).toBeLessThanOrEqual(LINES_MEDIAN_MAX)
  })

  it('imports downward only', () => {
    expect(sources(...PRODUCT).flatMap(upwardImports)).toEqual([])
  })

  it('has no two files that need each other', () => {
    expect(circles(sources(...PRODUCT))).toEqual([])
  })

  it('has components stand on simpler ones', () => {
    expect(sources('components/').flatMap(unshelved)).toEqual([])
  })

  it('lets the core of the ledger stand on nothing else of it', () => {
    const sister = /^lib\/ledger\/(?!core\/)/
    expect(importsLike(sources('lib/ledger/core/'), sister)).toEqual([])
  })

  it('reaches databases from lib/db only', () => {
    const drivers = /^(@prisma\/|prisma\/|pg$|@?libsql)/
    const allowed = ['lib/db/', 'lib/worker/']
    const files = sources(...PRODUCT).filter(({ path }) => !allowed.some((prefix) => path.startsWith(prefix)))
    expect(importsLike(files, drivers)).toEqual([])
  })

  it('describes records in lib/task, lib/contract and lib/env.ts only', () => {
    const allowed = ['lib/task/', 'lib/contract', 'lib/env.ts']
    const files = sources(...PRODUCT).filter(({ path }) => !allowed.some((prefix) => path.startsWith(prefix)))
    expect(occurrences(files, /\bz\.(object|strictObject|looseObject)\(/)).toEqual([])
  })

  it('keeps lib/task pure: nothing but zod, no clock, no randomness, no process', () => {
    const files = sources('lib/task/')
    const outside = /^(?!zod$|lib\/task\/)/
    expect(importsLike(files, outside)).toEqual([])
    expect(occurrences(files, /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bcrypto\./)).toEqual([])
  })

  it('leaves nothing for later', () => {
    expect(occurrences(sources(), /\b(T[O]DO|F[I]XME|X[X]X)\b/)).toEqual([])
  })
})

describe('the tests', () => {
  const files = sources('tests/')

  it('all run', () => {
    expect(occurrences(files, /\b(it|test|describe)(\.\w+)*\.(only|skip|todo|fixme|skipIf|runIf|fails)\b/)).toEqual([])
  })

  it('all hold something', () => {
    const empty = /\b(?:it|test)\((['"`]).*\1,\s*(?:async\s*)?\([^)]*\)\s*=>\s*\{\s*\}/
    const found = files.filter(({ lines }) => empty.test(lines.join('\n'))).map(({ path }) => path)
    expect(found).toEqual([])
    const tests = files.filter(({ path }) => /\.(test|spec)\.tsx?$/.test(path))
    // A table of probes is held against the ledger by the one function that looks through it.
    const holds = /\b(expect|probeAll)\(/
    expect(tests.filter(({ lines }) => !holds.test(lines.join('\n'))).map(({ path }) => path)).toEqual([])
  })
})

describe('the README', () => {
  it('names every dependency with its reason', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const lines = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n')
    const missing = Object.keys(dependencies).filter((name) => !lines.some((line) => givesReason(line, name)))
    expect(missing).toEqual([])
  })
})

function partOf(path: string): string | undefined {
  return Object.keys(FLOORS).find((part) => path === part || path.startsWith(`${part}/`))
}

function upwardImports({ path, imports }: Source): string[] {
  const part = partOf(path)
  if (!part) return [`${path}:1: belongs to no part; give it a place in FLOORS`]
  const own = /^(app|components|lib|tests|scripts|instrumentation|server)\b/
  return imports
    .filter(({ module }) => own.test(module))
    .filter(({ module }) => {
      const target = partOf(module)
      return target === undefined || (target !== part && !FLOORS[part]?.includes(target))
    })
    .map(({ line, module }) => `${path}:${line}: imports ${module}`)
}

function unshelved({ path, imports }: Source): string[] {
  const shelfOf = (file: string) => SHELVES.findIndex((shelf) => shelf.includes(file.split('/')[1] ?? ''))
  const folderOf = (file: string) => file.split('/')[1]
  const own = shelfOf(path)
  if (own < 0) return [`${path}:1: stands on no shelf; give its folder a place in SHELVES`]
  return imports
    .filter(({ module }) => module.startsWith('components/') && folderOf(module) !== folderOf(path))
    .filter(({ module }) => shelfOf(module) >= own)
    .map(({ line, module }) => `${path}:${line}: imports ${module}`)
}

/** Each way along imports that comes back to where it began, as `a → b → a`. */
function circles(files: readonly Source[]): string[] {
  const imports = new Map(files.map(({ path, imports }) => [path, imports.map(({ module }) => module)]))
  const done = new Set<string>()
  const found: string[] = []
  function follow(path: string, way: readonly string[]): void {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' → '))
    if (done.has(path) || way.includes(path)) return
    for (const module of imports.get(path) ?? []) follow(module, [...way, path])
    done.add(path)
  }
  for (const { path } of files) follow(path, [])
  return found
}

function importsLike(files: readonly Source[], pattern: RegExp): string[] {
  return files.flatMap(({ path, imports }) =>
    imports
      .filter(({ module }) => pattern.test(module))
      .map(({ line, module }) => `${path}:${line}: imports ${module}`),
  )
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}

/** A name in backticks with some words beside it, in a list or a table. */
function givesReason(line: string, name: string): boolean {
  return line.includes(`\`${name}\``) && line.replaceAll(/`[^`]*`/g, '').replaceAll(/[^a-z]/gi, '').length >= 12
}
