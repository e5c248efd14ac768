/**
 * Packs the worker's side alone, the command and the library, for hosts without the dashboard: the server offers it as
 * /rollcall-worker.tgz, so `npm i -g <server>/rollcall-worker.tgz` installs what fits that server.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bundleTo } from './bundle.mjs'
import { ROOT } from './step.mjs'
import { tarball } from './tar.mjs'

/** Next serves what lies in public/ as it is. */
const OUTPUT = 'public/rollcall-worker.tgz'
const COMMAND = 'rollcall.cjs'
const LIBRARY = 'worker.js'
/** Without it, on a system that it was not built for, commands get pipes. */
const TERMINAL = '@lydell/node-pty'

export function pack() {
  return packTo(join(ROOT, OUTPUT))
}

export async function packTo(file) {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-package-'))
  try {
    await bundleTo(join(folder, COMMAND))
    await bundleTo(join(folder, LIBRARY), 'lib/worker/index.ts')
    const files = Object.fromEntries(
      filesIn(folder).map((name) => [
        `package/${name}`,
        { data: readFileSync(join(folder, name)), mode: name === COMMAND ? 0o755 : 0o644 },
      ]),
    )
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, tarball({ 'package/package.json': { data: manifest() }, ...files }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile())
}

/** What cannot be bundled, at the very versions that the server was tested with. */
function manifest() {
  const { version, description, license, engines, dependencies } = readJson('package.json')
  // Of these npm installs what fits the system.
  const builds = readJson('node_modules/libsql/package.json').optionalDependencies
  const manifest = {
    name: 'rollcall-worker',
    version,
    description: `${description}: the command and the worker library`,
    license,
    type: 'module',
    engines,
    bin: { rollcall: COMMAND },
    exports: { '.': `./${LIBRARY}` },
    optionalDependencies: { ...builds, [TERMINAL]: dependencies[TERMINAL] },
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

function readJson(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}
