/**
 * Makes a fresh clone ready to run: packages, database clients, command line, app. Each step is left out when its
 * result is up to date. Uses Node's own modules only, as it runs before any package is there.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from './bundle.mjs'
import { fingerprint, unlessStamped } from './fingerprint.mjs'
import { generate } from './generate.mjs'
import { pack } from './package.mjs'
import { ROOT, report, run, StepError, step } from './step.mjs'

const OLDEST_NODE = [20, 19]
// Without public/: the server reads it as it is, and the package that is put there is never twice the same.
const APP_SOURCES = [
  'app',
  'components',
  'lib',
  'prisma',
  'instrumentation.ts',
  'instrumentation-node.ts',
  'next.config.js',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
]

try {
  requireNode()
  await step('Installing the packages', install)
  await step('Generating the database clients', generate)
  await step('Bundling the command line', bundle)
  await step('Packing it for other hosts', pack)
  if (!process.argv.includes('--no-build')) await step('Building the app', buildApp)
} catch (error) {
  report(error)
  process.exit(1)
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  throw new StepError(
    `Rollcall needs Node.js ${OLDEST_NODE.join('.')} or newer and this is ${process.versions.node}.`,
    'Install a newer Node.js from https://nodejs.org, then run the same command again.',
  )
}

function install() {
  const lockFile = readFileSync(join(ROOT, 'package-lock.json'))
  const print = createHash('sha256').update(lockFile).digest('hex')
  return unlessStamped('node_modules/.rollcall-lock', print, async () => {
    // npm names itself when it runs this script; that very npm is used, also where it is not on the PATH.
    const npm = process.env.npm_execpath
    const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
    await run(command, [...args, 'ci', '--include=dev', '--no-audit', '--no-fund'], {
      shell: command === 'npm' && process.platform === 'win32',
      advice:
        'Check that the npm registry can be reached and the disk has 2 GB to spare, then run the same command again.',
    })
  })
}

function buildApp() {
  // The build links to packages by absolute path, so a clone that was moved is built again.
  const print = fingerprint(APP_SOURCES, `${ROOT} ${process.version}`)
  return unlessStamped('.next/rollcall-sources', print, async () => {
    await run(process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
      env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      advice: 'Correct the errors above, then run the same command again.',
    })
  })
}
