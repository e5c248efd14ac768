/**
 * Takes every guard of every statement of the ledger away, one at a time, and shows that a test turns red: `npm run
 * test:mutants`, or `npm run test:mutants -- lockDue` for the guards whose names contain that. The tests
 * that are about a statement's own file come first, then all others on SQLite, the quick ones before the slow ones, then
 * schedules of the simulation, and PostgreSQL sees what is left after that, and all locks. A guard that no test misses must stand in tests/mutants/equivalent.json with its
 * reason. Exit code 1 when one does not.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from './postgres.mjs'
import { ROOT, secondsSince, step } from './step.mjs'

const ROUNDS = [
  { title: 'the tests of their own files', dialect: 'sqlite', slowMs: '2000', files: ['tests/ledger/'], near: true },
  { title: 'quick tests on SQLite', dialect: 'sqlite', slowMs: '400', files: ['tests/ledger/'] },
  { title: 'slow tests on SQLite', dialect: 'sqlite', slowMs: '60000', files: ['tests/ledger/'] },
  { title: 'schedules of the simulation', dialect: 'sqlite', slowMs: '600000', files: ['tests/mutants/'] },
  { title: 'tests on PostgreSQL', dialect: 'postgresql', slowMs: '60000', files: ['tests/ledger/'] },
]

const only = process.argv[2]
const startedAt = performance.now()
// In memory where there is such a place: it is the guards that are tested, and not the disk.
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const folder = mkdtempSync(join(place, 'rollcall-mutants-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

let postgres
await step('Starting PostgreSQL', async () => {
  postgres = await startPostgres()
})
for (const round of ROUNDS) await run(round)
await postgres.stop()
process.exit(tell() ? 0 : 1)

function run({ title, dialect, slowMs, files, near }) {
  const began = performance.now()
  const env = {
    ...process.env,
    TMPDIR: place,
    TEST_POSTGRES_URL: postgres.url,
    MUTANTS_FOLDER: folder,
    MUTANTS_DIALECT: dialect,
    MUTANTS_SLOW_MS: slowMs,
    NODE_NO_WARNINGS: '1',
    ...(near ? { MUTANTS_NEAR: '1' } : {}),
    ...(only ? { MUTANTS_ONLY: only } : {}),
  }
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'tests/mutants/vitest.config.ts',
    '--reporter=dot',
    ...files,
  ]
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      console.log(
        `Missing them in ${title}: ${secondsSince(began)}${code === 0 ? '' : ', and some tests failed by themselves'}`,
      )
      resolve()
    })
  })
}

function read(kind) {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${kind}-`))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line))
}

/** Lists every statement and guard. Answers whether each guard is missed, or known to be missed by nobody. */
function tell() {
  const keyOf = ({ statement, guard }) => `${statement}: ${guard}`
  const known = [...new Set(read('known').map(keyOf))].filter((key) => !only || key.includes(only)).sort()
  const killed = new Map(read('killed').map((one) => [keyOf(one), one]))
  const tried = new Set(read('tried').map(keyOf))
  const equivalent = JSON.parse(readFileSync(join(ROOT, 'tests/mutants/equivalent.json'), 'utf8'))
  const left = []
  for (const key of known) {
    const by = killed.get(key)
    if (by) console.log(`missed    ${key}\n            ${by.test}: ${by.met.slice(0, 100)}`)
    else if (equivalent[key]) console.log(`explained ${key}\n            ${equivalent[key]}`)
    else left.push(key)
  }
  for (const key of left) console.log(`NOT MISSED ${key}${tried.has(key) ? '' : ' (no test runs it)'}`)
  const stale = Object.keys(equivalent).filter((key) => !only && (killed.has(key) || !known.includes(key)))
  for (const key of stale) console.log(`NO LONGER TRUE of tests/mutants/equivalent.json: ${key}`)
  const explained = known.filter((key) => !killed.has(key) && equivalent[key]).length
  const sum = `${known.length} guards, ${killed.size} missed by a test, ${explained} explained, ${left.length} not missed`
  console.log(`${sum} (${secondsSince(startedAt)})`)
  return left.length + stale.length === 0
}
