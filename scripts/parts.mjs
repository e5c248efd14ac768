/**
 * The command as it starts soonest: parts of CommonJS, beside each what V8 makes of it, and the launcher that puts the two
 * together (lib/cli/launch.ts). ES modules take twice as long to begin.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'
import { ROOT } from './step.mjs'

const LAUNCHER = 'lib/cli/launch.ts'
/** A folder beside the parts. */
export const COMPILED = 'compiled'

export async function writeLauncher(file) {
  const source = readFileSync(join(ROOT, LAUNCHER), 'utf8')
  const code = await commonJs(source, {
    loader: 'ts',
    define: { 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
    banner: '#!/usr/bin/env node\n"use strict";',
  })
  writeFileSync(file, code)
}

/** `source` is an ES module, as the bundler makes it. */
export async function writePart(file, source) {
  const code = await commonJs(source, {
    define: { 'import.meta.url': 'fileUrl', 'import.meta.dirname': 'folder' },
    // What the launcher hands to it.
    banner: '(function (module, require, fileUrl, folder) {"use strict";',
    footer: '})',
  })
  writeFileSync(file, code)
  const folder = join(dirname(file), COMPILED, `${process.version}-${process.platform}-${process.arch}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, basename(file)), compile(code, file))
}

async function commonJs(source, options) {
  const { transform } = await import('esbuild')
  const { code } = await transform(source, {
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    // Another part is there as soon as it is asked for.
    supported: { 'dynamic-import': false },
    ...options,
  })
  return code
}

/** With every function in it, not only with those that a run happened to call. */
function compile(code, filename) {
  setFlagsFromString('--no-lazy')
  const script = new Script(code, { filename })
  // V8 compares the flags with those of who takes it back.
  setFlagsFromString('--lazy')
  return script.createCachedData()
}
