/**
 * Runs each test as it is, then once for each guard of the statements that it ran, with that guard missing. A guard whose
 * test fails without it is told to the folder of the run, and tried no more by any process.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { type RunnerTestCase as Test, TestRunner } from 'vitest'
import type { Dialect } from '#lib/db/types.ts'
import { controls, type Mutant } from './controls.ts'
import { isLock, namesOf } from './mutants.ts'

const FOLDER = process.env.MUTANTS_FOLDER ?? ''
const DIALECT = process.env.MUTANTS_DIALECT ?? 'sqlite'
/** Slower tests have their turn in a later round, when few guards are left. */
/** `finish.ts` is tested by `finish.test.ts`, `take-steps.ts` by `take.test.ts`: so many letters are enough. */
const SAME_LETTERS = 5
/** Whether a test tries only what stands in the file that it is about. */
const NEAR = process.env.MUTANTS_NEAR !== undefined
const SLOW_MS = Number(process.env.MUTANTS_SLOW_MS ?? 60_000)
/** A statement without its guard may go on for ever. */
const LIMIT_MS = 8000

export default class MutantRunner extends TestRunner {
  #limitMs = LIMIT_MS

  async runTask(test: Test): Promise<void> {
    const name = fullName(test)
    const otherDialect = DIALECT === 'sqlite' ? 'postgresql' : 'sqlite'
    if (name.includes(`on ${otherDialect}`) || (DIALECT === 'postgresql' && !name.includes('on postgresql'))) return
    const run = TestRunner.getTestFn(test)
    controls.seen = new Set()
    controls.crowded = false
    const startedAt = performance.now()
    await run()
    const tookMs = performance.now() - startedAt
    if (tookMs > SLOW_MS) return
    this.#limitMs = Math.max(LIMIT_MS, 3 * tookMs)
    const seen = controls.seen
    // Many tests mind nobody but their own; those that count rows have the ledger for themselves.
    controls.crowded = true
    controls.crowded = (await fails(run, undefined, LIMIT_MS)) === null
    // Loaded late: the switch must be there before anything of the ledger is.
    const { sqlite } = await import('#lib/db/sqlite.ts')
    const mutants = mutantsOf(seen, sqlite).filter((mutant) => !NEAR || isAbout(test, mutant))
    // Two processes that begin at both ends meet in the middle.
    if (name.includes('-back')) mutants.reverse()
    for (const mutant of mutants) {
      if (existsSync(markOf(mutant))) continue
      record('tried', { ...mutant, test: name })
      const met = await fails(run, mutant, this.#limitMs)
      // A test that fails by itself when it runs again proves nothing.
      if (met !== null && (await fails(run, undefined, this.#limitMs)) === null) {
        writeFileSync(markOf(mutant), '')
        record('killed', { ...mutant, test: name, met, dialect: DIALECT })
      }
    }
  }
}

function isAbout({ file }: Test, { statement }: Mutant): boolean {
  const origin = controls.origins.get(statement) ?? ''
  return origin !== '' && basename(file.filepath).startsWith(origin.slice(0, SAME_LETTERS))
}

async function fails(run: () => unknown, mutant: Mutant | undefined, limitMs: number): Promise<string | null> {
  controls.active = mutant
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`went on for more than ${limitMs} ms`), limitMs)
  })
  const outcome = Promise.resolve()
    .then(run)
    .then(async () => ((await controls.unharmed?.()) === false ? 'it changed what others have' : null))
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
    record('known', mutant)
  }
  const wanted = process.env.MUTANTS_ONLY
  return [...all.values()].filter(
    ({ statement, guard }) =>
      seen.has(statement) &&
      (DIALECT === 'postgresql' || !isLock(guard)) &&
      (wanted === undefined || `${statement}: ${guard}`.includes(wanted)),
  )
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
