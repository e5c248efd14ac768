/**
 * Runs every check there is: `npm test`, or `npm test -- unit ledger` for some of them (check, unit, api, db, ledger,
 * simulation, crash, e2e, or any other folder of tests). Nothing needs to be installed or started before. The last lines
 * name what failed and give the sum, "N passed, N failed"; a step that fails without counting tests counts as one.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from './postgres.mjs'
import { ROOT, report, run, StepError, secondsSince, step } from './step.mjs'
import * as suites from './suites.mjs'

const asked = process.argv.slice(2)
const reports = mkdtempSync(join(tmpdir(), 'rollcall-test-'))
const environment = { ...withoutSettings(process.env), NEXT_TELEMETRY_DISABLED: '1' }
const total = { passed: 0, failed: 0, problems: [] }
let child
let postgres

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
process.once('exit', () => {
  endGroup()
  rmSync(reports, { recursive: true, force: true })
})

try {
  await runAll()
} catch (error) {
  addFailure(error)
}
await postgres?.stop()
for (const problem of total.problems) console.error(problem)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)

async function runAll() {
  const { main, simulation, crash, e2e, check } = suites.choose(asked)
  const needsApp = crash || e2e || main.includes('tests/api/')
  const prepared = await live('Preparing', ['scripts/prepare.mjs', ...(needsApp ? [] : ['--no-build'])])
  if (prepared !== 0) throw new StepError('Nothing could be tested.')
  if (check) await checkCode()
  if (main.length > 0 || simulation || crash || e2e) await step('Starting PostgreSQL', usePostgres)
  if (main.length > 0) await vitest('main', main, [])
  if (simulation) await vitest('simulation', ['tests/simulation/'], [])
  if (crash) await vitest('crash', ['tests/crash/'], ['--no-file-parallelism'])
  if (e2e) await playwright()
}

async function checkCode() {
  const advice = 'Run "npm run format", then correct by hand what is left.'
  const biome = ['node_modules/@biomejs/biome/bin/biome', 'check', '.']
  await step('Checking style', () => run(process.execPath, biome, { advice }).then(nothing)).catch(addFailure)
  const tsc = ['node_modules/typescript/bin/tsc', '--noEmit']
  await step('Checking types', () => run(process.execPath, tsc).then(nothing)).catch(addFailure)
}

async function usePostgres() {
  postgres = await startPostgres()
  environment.TEST_POSTGRES_URL = postgres.url
}

async function vitest(project, filters, options) {
  const file = join(reports, `${project}.json`)
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'tests/vitest.config.ts', '--project', project]
  const output = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const code = await live(`Testing ${filters.join(' ')}`, [...command, ...output, ...options, ...filters])
  add(code, file, () => suites.countVitest(file, filters))
}

async function playwright() {
  await step('Finding a browser', async () => {
    environment.E2E_BROWSER = await run(process.execPath, ['scripts/browser.mjs'])
    return JSON.parse(environment.E2E_BROWSER).executablePath
  })
  const file = join(reports, 'playwright.json')
  environment.PLAYWRIGHT_JSON_OUTPUT_FILE = file
  const command = ['node_modules/@playwright/test/cli.js', 'test', '--config', 'tests/playwright.config.ts']
  const code = await live('Testing tests/e2e/ in the browser', [...command, '--reporter=list,json'])
  add(code, file, () => suites.countPlaywright(file))
}

/** Runs a script of Node with its output shown, and ends whatever it left behind. Gives its exit code. */
async function live(title, args) {
  const startedAt = performance.now()
  console.log(`${title} …`)
  // A group of its own, so that what it started can be ended with it.
  child = spawn(process.execPath, args, { cwd: ROOT, env: environment, detached: true, stdio: ['ignore', 1, 2] })
  const code = await new Promise((resolve) => child.once('exit', resolve).once('error', () => resolve(-1)))
  endGroup()
  console.log(`${title}: ${secondsSince(startedAt)}`)
  return code ?? -1
}

function endGroup() {
  try {
    if (child?.pid) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nothing of the group is left.
  }
  child = undefined
}

function add(code, file, count) {
  const counted = existsSync(file) ? count() : { passed: 0, failed: 0, problems: [] }
  total.passed += counted.passed
  total.failed += counted.failed
  total.problems.push(...counted.problems)
  if (code !== 0 && counted.failed === 0) addFailure(new StepError(`It ended with exit code ${code}, see above.`))
}

function addFailure(error) {
  total.failed++
  report(error)
}

/** The settings of the person who runs the tests must not reach them, but for the seed of a schedule to be told. */
function withoutSettings(env) {
  const setting = /^(ROLLCALL_(?!SEED$).*|DATABASE_URL|PORT|HOST|NODE_ENV)$/
  return Object.fromEntries(Object.entries(env).filter(([name]) => !setting.test(name)))
}

function nothing() {}
