/** The project's own source files, read as text, for the tests that judge the code itself. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = ['app', 'components', 'lib', 'scripts', 'tests']

export interface Source {
  /** Relative to the root, with forward slashes. */
  readonly path: string
  readonly lines: readonly string[]
  readonly imports: readonly Import[]
}

export interface Import {
  readonly line: number
  /** A path from the root for the project's own modules, such as `lib/env.ts`; else the name of the module. */
  readonly module: string
}

/** All of them, or those whose path begins with one of `prefixes`. */
export function sources(...prefixes: string[]): readonly Source[] {
  return prefixes.length === 0 ? ALL : ALL.filter(({ path }) => prefixes.some((prefix) => path.startsWith(prefix)))
}

/** Where a pattern occurs, as `file:line: text` for the message of a failing test. */
export function occurrences(files: readonly Source[], pattern: RegExp): string[] {
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  )
}

const ALL = paths().map(read)

function paths(): string[] {
  const inFolder = (folder: string) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
  return [...readdirSync(ROOT), ...FOLDERS.flatMap(inFolder)]
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(ts|tsx|js|mjs)$/.test(path) && !path.endsWith('.d.ts') && !path.includes('test-results'))
}

function read(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return { path, lines: text.trimEnd().split('\n'), imports: importsOf(path, text) }
}

function importsOf(path: string, text: string): Import[] {
  const found = text.matchAll(/(?:^import\s+|\bfrom\s+|\bimport\()'([^'\n]+)'/gm)
  return [...found].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    module: resolve(path, match[1] ?? ''),
  }))
}

function resolve(path: string, specifier: string): string {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (specifier.startsWith('.')) return normalize(join(dirname(path), specifier)).replaceAll('\\', '/')
  return specifier
}
