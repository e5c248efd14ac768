/**
 * Packs the worker's side alone, the command and the library, for hosts without the dashboard: the server offers it as
 * /rollcall-worker.tgz, so `npm i -g <server>/rollcall-worker.tgz` installs what fits that server.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bundleTo, EXTERNAL } from './bundle.mjs'
import { ROOT } from './step.mjs'
import { tarball } from './tar.mjs'

/** Next serves what lies in public/ as it is. */
const OUTPUT = 'public/rollcall-worker.tgz'
const COMMAND = 'rollcall.cjs'
const LIBRARY = 'worker.js'
/** Without it, on a system that it was not built for, commands get pipes. */
const OPTIONAL = '@lydell/node-pty'

export function pack() {
  return packTo(join(ROOT, OUTPUT))
}

export async function packTo(file) {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-package-'))
  try {
    const command = await bundleTo(join(folder, COMMAND))
    const library = await bundleTo(join(folder, LIBRARY), 'lib/worker/index.ts')
    const imported = [command, library].flatMap(externalsOf)
    const files = Object.fromEntries(
      filesIn(folder).map((name) => [
        `package/${name}`,
        { data: readFileSync(join(folder, name)), mode: name === COMMAND ? 0o755 : 0o644 },
      ]),
    )
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, tarball({ 'package/package.json': { data: manifest(imported) }, ...files }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile())
}

/** What cannot be bundled, at the very versions that the server was tested with. */
function manifest(imported) {
  const { version, description, license, engines, dependencies } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  )
  const pinned = (names) => Object.fromEntries(names.map((name) => [name, dependencies[name]]))
  const needed = EXTERNAL.filter((name) => imported.includes(name) && name !== OPTIONAL)
  const manifest = {
    name: 'rollcall-worker',
    version,
    description: `${description}: the command and the worker library`,
    license,
    type: 'module',
    engines,
    bin: { rollcall: COMMAND },
    exports: { '.': `./${LIBRARY}` },
    dependencies: pinned(needed),
    optionalDependencies: pinned([OPTIONAL]),
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

function externalsOf({ metafile }) {
  return Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  )
}
