/**
 * Bundles the command line: an entry, and beside it the parts that only some commands load, so that it starts without
 * resolving hundreds of modules.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { ROOT, StepError } from './step.mjs'

const ENTRY = 'lib/cli/main.ts'
const OUTPUT = 'dist/rollcall.js'
/** What only a host of the server can do: beside the command here, and not in the package for workers. */
const SERVER_ENTRY = 'lib/admin/index.ts'
const SERVER_OUTPUT = 'dist/rollcall-server.js'
/** Loaded by the worker as a thread, so they stay files of their own beside the bundle. */
const THREAD = ['lib/worker/heartbeat-thread.mjs', 'lib/worker/freezer.mjs']
/** Native modules cannot be bundled; they are found from dist/ in node_modules. */
export const EXTERNAL = ['libsql', '@lydell/node-pty']
const BIN = join(ROOT, 'node_modules/.bin')

export async function bundle() {
  const result = await bundleTo(join(ROOT, OUTPUT))
  const server = await bundleTo(join(ROOT, SERVER_OUTPUT), SERVER_ENTRY)
  removeOthers([result, server])
  link()
  return [...result.warnings, ...server.warnings].map((warning) => warning.text).join('; ')
}

/** Writes the bundle, and what it loads from beside itself. */
export async function bundleTo(outfile, entry = ENTRY) {
  const { build } = await import('esbuild')
  const extension = extname(outfile)
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: [{ in: entry, out: basename(outfile, extension) }],
    outdir: dirname(outfile),
    outExtension: { '.js': extension },
    chunkNames: '[name]-[hash]',
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: EXTERNAL,
    metafile: true,
    // Bundled CommonJS packages ask for Node's own modules with require, which an ES module does not have.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
    },
    legalComments: 'none',
    logLevel: 'silent',
  }).catch((error) => {
    throw new StepError(error.message, `Correct what is named above in ${entry} or what it imports.`)
  })
  for (const file of THREAD) copyFileSync(join(ROOT, file), join(dirname(outfile), basename(file)))
  return result
}

/** Parts that former builds left. */
function removeOthers(results) {
  const outputs = results.flatMap(({ metafile }) => Object.keys(metafile.outputs))
  const kept = [...outputs, ...THREAD].map((path) => basename(path))
  for (const name of readdirSync(join(ROOT, 'dist')))
    if (!kept.includes(name)) rmSync(join(ROOT, 'dist', name), { recursive: true })
}

/** What npm does for an installed package: makes `npx rollcall` find the command. */
function link() {
  chmodSync(join(ROOT, OUTPUT), 0o755)
  mkdirSync(BIN, { recursive: true })
  const target = join(BIN, 'rollcall')
  rmSync(target, { force: true })
  if (process.platform === 'win32') writeFileSync(`${target}.cmd`, `@node "%~dp0\\..\\..\\dist\\rollcall.js" %*\r\n`)
  else symlinkSync(join('../..', OUTPUT), target)
}
