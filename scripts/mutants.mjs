/**
 * Takes every guard of every statement of the ledger away, one at a time, and shows that a test turns red: `npm run
 * test:mutants`, or `npm run test:mutants -- lockDue` for the guards whose names contain that. It runs the probes of
 * statements, tests/ledger/statements*.test.ts: first on SQLite, then on PostgreSQL, which alone has locks. A guard that none
 * of them misses must stand in tests/mutants/equivalent.json with its reason. A whole run writes what it covers to
 * tests/mutants/covered.md. Exit code 1 when a guard is not missed.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { coverageOf } from './mutants-covered.mjs'
import { startPostgres } from './postgres.mjs'
import { ROOT, secondsSince, step } from './step.mjs'

const DIALECTS = ['sqlite', 'postgresql']

const only = process.argv[2]
const startedAt = performance.now()
// In memory where there is such a place: it is the guards that are tested, and not the disk.
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const folder = mkdtempSync(join(place, 'rollcall-mutants-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const explained = JSON.parse(readFileSync(join(ROOT, 'tests/mutants/equivalent.json'), 'utf8'))
const keyOf = ({ statement, guard }) => `${statement}: ${guard}`

let postgres
await step('Starting PostgreSQL', async () => {
  postgres = await startPostgres()
})
let sound = true
for (const dialect of DIALECTS) sound = (await run(dialect)) && sound
await postgres.stop()
process.exit(tell() && sound ? 0 : 1)

/** Answers whether all its tests held as they are. */
function run(dialect) {
  const began = performance.now()
  const env = {
    ...process.env,
    TMPDIR: place,
    TEST_POSTGRES_URL: postgres.url,
    MUTANTS_FOLDER: folder,
    MUTANTS_DIALECT: dialect,
    NODE_NO_WARNINGS: '1',
    ...(only ? { MUTANTS_ONLY: only } : {}),
  }
  const config = ['--config', 'tests/mutants/vitest.config.ts', '--reporter=dot', '-t', `on ${dialect}`]
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...config]
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      const { killed, left } = judge()
      const state = `${killed.size} missed, ${left.length} left${code === 0 ? '' : '; some tests failed by themselves'}`
      console.log(`Probes on ${dialect}, without one guard each: ${state} (${secondsSince(began)})`)
      resolve(code === 0)
    })
  })
}

function read(kind) {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${kind}-`))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line))
}

/** All guards that were asked for, those that a test missed, by whom, and those that nobody misses or explains. */
function judge() {
  const known = new Map(read('known').map((one) => [keyOf(one), one]))
  const asked = new Map([...known].filter(([key]) => !only || key.includes(only)).sort())
  const killed = new Map(read('killed').map((one) => [keyOf(one), one]))
  return { asked, killed, left: [...asked.keys()].filter((key) => !killed.has(key) && !explained[key]) }
}

/** Lists every guard. Answers whether each is missed, or known to be missed by nobody. */
function tell() {
  const { asked, killed, left } = judge()
  const tried = new Set(read('tried').map(keyOf))
  for (const key of asked.keys()) {
    const by = killed.get(key)
    if (by) console.log(`missed    ${key}\n            ${by.test}: ${by.met.slice(0, 100)}`)
    else if (explained[key]) console.log(`explained ${key}\n            ${explained[key]}`)
  }
  for (const key of left) console.log(`NOT MISSED ${key}${tried.has(key) ? '' : ' (no test runs it)'}`)
  const stale = Object.keys(explained).filter((key) => !only && (killed.has(key) || !asked.has(key)))
  for (const key of stale) console.log(`NO LONGER TRUE of tests/mutants/equivalent.json: ${key}`)
  const reasons = [...asked.keys()].filter((key) => !killed.has(key) && explained[key]).length
  const sum = `${asked.size} guards: ${asked.size - left.length - reasons} missed by a test, ${reasons} explained`
  console.log(`${sum}, ${left.length} not missed (${secondsSince(startedAt)})`)
  if (!only) writeFileSync(join(ROOT, 'tests/mutants/covered.md'), coverageOf(asked, killed, explained))
  return left.length + stale.length === 0
}
