/**
 * Runs each test as it is, then once for each guard of the statements that it ran, with that guard missing. A guard whose
 * test fails without it is told to the folder of the run, and tried no more by any process.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type RunnerTestCase as Test, TestRunner } from 'vitest'
import type { Dialect } from '#lib/db/types.ts'
import { controls, type Mutant } from './controls.ts'
import { isLock, namesOf } from './mutants.ts'

const FOLDER = process.env.MUTANTS_FOLDER ?? ''
const DIALECT = process.env.MUTANTS_DIALECT ?? 'sqlite'
const ONLY = process.env.MUTANTS_ONLY ?? ''
/** A text that no database runs fails every test, and shows nothing of the guard that it lacks. */
const NO_SQL = /syntax error|incomplete input|no such (column|function|table)|does not exist|ambiguous|must be type/
/** A statement without its guard may go on for ever. */
const LIMIT_MS = 8000

export default class MutantRunner extends TestRunner {
  async runTask(test: Test): Promise<void> {
    const run = TestRunner.getTestFn(test)
    controls.seen = new Set()
    await run()
    const seen = controls.seen
    // Loaded late: the switch must be there before anything of the ledger is.
    const { sqlite } = await import('#lib/db/sqlite.ts')
    for (const mutant of mutantsOf(seen, sqlite)) {
      if (existsSync(markOf(mutant))) continue
      const told = { ...mutant, test: fullName(test), dialect: DIALECT }
      record('tried', told)
      const met = await fails(run, mutant)
      // A test that fails by itself when it runs again proves nothing.
      if (met !== null && !NO_SQL.test(met) && (await fails(run, undefined)) === null) {
        writeFileSync(markOf(mutant), '')
        record('killed', { ...told, met })
      }
    }
  }
}

async function fails(run: () => unknown, mutant: Mutant | undefined): Promise<string | null> {
  controls.active = mutant
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`went on for more than ${LIMIT_MS} ms`), LIMIT_MS)
  })
  const outcome = Promise.resolve()
    .then(run)
    .then(() => null)
    .catch(firstLine)
  const met = await Promise.race([outcome, late])
  clearTimeout(timer)
  controls.active = undefined
  return met
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? ''
}

/** Everything that the ledger has, told once a process; then what this test ran of it. */
function mutantsOf(seen: ReadonlySet<string>, dialect: Dialect): Mutant[] {
  const all = new Map<string, Mutant>()
  for (const [{ name }, render] of controls.renders) {
    for (const guard of namesOf(render, dialect)) all.set(`${name}: ${guard}`, { statement: name, guard })
  }
  for (const [key, mutant] of all) {
    if (told.has(key)) continue
    told.add(key)
    record('known', { ...mutant, origin: controls.origins.get(mutant.statement) })
  }
  return [...all].flatMap(([key, mutant]) => {
    const canBeMissed = seen.has(mutant.statement) && (DIALECT === 'postgresql' || !isLock(mutant.guard))
    return canBeMissed && key.includes(ONLY) ? [mutant] : []
  })
}

const told = new Set<string>()

function record(kind: string, what: object): void {
  appendFileSync(join(FOLDER, `${kind}-${process.pid}.jsonl`), `${JSON.stringify(what)}\n`)
}

function markOf({ statement, guard }: Mutant): string {
  return join(FOLDER, createHash('sha256').update(`${statement}: ${guard}`).digest('hex'))
}

function fullName(test: Test): string {
  const names: string[] = []
  for (let suite = test.suite; suite; suite = suite.suite) names.unshift(suite.name)
  return [relative(process.cwd(), test.file.filepath), ...names, test.name].join(' > ')
}
