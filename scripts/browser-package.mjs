/** Unpacks the Chromium that npm ships, with the libraries and fonts it needs, into a folder beside the packages. */
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { ROOT } from './step.mjs'

const SHIPPED = join(ROOT, 'node_modules/@sparticuz/chromium')

/** The package's own configuration names folders of another machine. */
const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`

export function isUnpacked() {
  return fs.existsSync(target())
}

export async function unpackBrowser() {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('it runs on Linux on x64 only')
  const folder = target()
  if (!isUnpacked()) await unpack(join(SHIPPED, 'bin'), folder)
  const libraries = [join(folder, 'al2023/lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':')
  return {
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(folder, 'fonts') },
  }
}

function target() {
  const { version } = JSON.parse(fs.readFileSync(join(SHIPPED, 'package.json'), 'utf8'))
  return join(ROOT, 'node_modules/.cache/rollcall/chromium', version)
}

/** Under another name first, so that a folder with the right name is always whole. */
async function unpack(bin, folder) {
  const partial = `${folder}.${process.pid}`
  fs.mkdirSync(partial, { recursive: true })
  try {
    await Promise.all([
      decompress(join(bin, 'chromium.br'), fs.createWriteStream(join(partial, 'chromium'))),
      decompress(join(bin, 'al2023.tar.br'), untar(join(partial, 'al2023'))),
      decompress(join(bin, 'fonts.tar.br'), untar(join(partial, 'fonts'))),
      decompress(join(bin, 'swiftshader.tar.br'), untar(partial)),
    ])
    fs.writeFileSync(join(partial, 'fonts/fonts.conf'), FONTS_CONF)
    fs.chmodSync(join(partial, 'chromium'), 0o755)
    fs.renameSync(partial, folder)
  } finally {
    fs.rmSync(partial, { recursive: true, force: true })
  }
}

function decompress(file, target) {
  return pipeline(fs.createReadStream(file), createBrotliDecompress(), target)
}

function untar(folder) {
  const { extract } = createRequire(join(SHIPPED, 'package.json'))('tar-fs')
  return extract(folder)
}
