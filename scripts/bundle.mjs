/**
 * Bundles the command line: an entry, and beside it the parts that only some commands load, so that it starts without
 * resolving hundreds of modules.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { COMPILED, writeLauncher, writePart } from './parts.mjs'
import { ROOT, StepError } from './step.mjs'

const ENTRY = 'lib/cli/main.ts'
const OUTPUT = 'dist/rollcall.cjs'
/** What only a host of the server can do: beside the command here, and not in the package for workers. */
const SERVER_ENTRY = 'lib/admin/index.ts'
const SERVER_OUTPUT = 'dist/rollcall-server.cjs'
/** Loaded by the worker as a thread, so they stay files of their own beside the bundle. */
const THREAD = ['lib/worker/heartbeat-thread.mjs', 'lib/worker/freezer.mjs']
/** Native modules cannot be bundled; this one, and the builds of libsql, are found from dist/ in node_modules. */
const EXTERNAL = ['@lydell/node-pty']
/** By these libsql finds its build. */
const ALIAS = { '@neon-rs/load': './lib/worker/store/build.ts', 'detect-libc': './lib/worker/store/build.ts' }
const REQUIRE =
  "#!/usr/bin/env node\nimport { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)"
const BIN = join(ROOT, 'node_modules/.bin')

export async function bundle() {
  // None may be left for code that is no longer the one it was made of.
  rmSync(join(ROOT, 'dist', COMPILED), { recursive: true, force: true })
  const result = await bundleTo(join(ROOT, OUTPUT))
  const server = await bundleTo(join(ROOT, SERVER_OUTPUT), SERVER_ENTRY)
  removeOthers([result, server])
  link()
  return [...result.warnings, ...server.warnings].map((warning) => warning.text).join('; ')
}

/** Writes the bundle, and what it loads from beside itself: ES modules, or for a name that ends in .cjs what starts sooner. */
export async function bundleTo(outfile, entry = ENTRY) {
  const { build } = await import('esbuild')
  const extension = extname(outfile)
  const inParts = extension === '.cjs'
  const launched = inParts && entry === ENTRY
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: [{ in: entry, out: launched ? 'main' : basename(outfile, extension) }],
    outdir: dirname(outfile),
    outExtension: { '.js': extension },
    chunkNames: '[name]-[hash]',
    splitting: true,
    minifySyntax: true,
    // Node prints the line that threw: of the library one that can be read.
    minifyWhitespace: inParts,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: EXTERNAL,
    alias: ALIAS,
    metafile: true,
    write: false,
    // Bundled CommonJS packages ask for Node's own modules with require, which an ES module does not have.
    banner: { js: inParts ? '' : REQUIRE },
    legalComments: 'none',
    logLevel: 'silent',
  }).catch((error) => {
    throw new StepError(error.message, `Correct what is named above in ${entry} or what it imports.`)
  })
  mkdirSync(dirname(outfile), { recursive: true })
  const write = inParts ? writePart : writeFileSync
  for (const { path, text } of result.outputFiles) await write(path, text)
  if (launched) await writeLauncher(outfile)
  for (const file of THREAD) copyFileSync(join(ROOT, file), join(dirname(outfile), basename(file)))
  return result
}

/** Parts that former builds left. */
function removeOthers(results) {
  const outputs = results.flatMap(({ metafile }) => Object.keys(metafile.outputs))
  const kept = [OUTPUT, COMPILED, ...outputs, ...THREAD].map((path) => basename(path))
  for (const name of readdirSync(join(ROOT, 'dist')))
    if (!kept.includes(name)) rmSync(join(ROOT, 'dist', name), { recursive: true })
}

/** What npm does for an installed package: makes `npx rollcall` find the command. */
function link() {
  chmodSync(join(ROOT, OUTPUT), 0o755)
  mkdirSync(BIN, { recursive: true })
  const target = join(BIN, 'rollcall')
  rmSync(target, { force: true })
  if (process.platform === 'win32') writeFileSync(`${target}.cmd`, `@node "%~dp0\\..\\..\\dist\\rollcall.cjs" %*\r\n`)
  else symlinkSync(join('../..', OUTPUT), target)
}
