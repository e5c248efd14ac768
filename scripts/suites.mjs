/** Which tests there are, and what a run of them came to. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { ROOT, StepError } from './step.mjs'

/** Asked for by their own names; all other folders, and the files beside them, are `unit`. */
const APART = ['api', 'db', 'ledger', 'simulation', 'crash', 'e2e']
/** Enough to know a failure by, at the end of a long log. */
const LINES_OF_A_FAILURE = 8
const NO_SUITES = ['bench', 'support']

/** What to run, as paths for vitest's main run and as flags for the rest. Nothing asked for means everything. */
export function choose(asked) {
  const entries = readdirSync(join(ROOT, 'tests'), { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const suites = folders.filter((name) => !NO_SUITES.includes(name))
  const unknown = asked.filter((name) => ![...suites, 'check', 'unit'].includes(name))
  if (unknown.length > 0)
    throw new StepError(`There is no suite ${unknown.join(', ')}; there are ${suites.join(', ')}.`)

  const isUnit = (name) => !APART.includes(name)
  const wants = (name) => asked.length === 0 || asked.includes(name) || (isUnit(name) && asked.includes('unit'))
  const chosen = suites.filter(wants)
  const files = entries.map((entry) => entry.name).filter((name) => name.endsWith('.test.ts') && wants('unit'))
  const inMain = chosen.filter((name) => !['simulation', 'crash', 'e2e'].includes(name))
  return {
    main: [...files.map((name) => `tests/${name}`), ...inMain.map((name) => `tests/${name}/`)],
    simulation: chosen.includes('simulation'),
    crash: chosen.includes('crash'),
    e2e: chosen.includes('e2e'),
    check: asked.length === 0 || asked.includes('check'),
  }
}

/**
 * Counts vitest's report. A file that could not be loaded has no tests and counts as one that failed; so does a test
 * that was skipped, and a path of `expected` in which nothing ran.
 */
export function countVitest(file, expected) {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'))
  const count = { passed: 0, failed: 0, problems: [] }
  const seen = []
  for (const { name, assertionResults } of testResults) {
    const path = relative(ROOT, name).split(sep).join('/')
    seen.push(path)
    if (assertionResults.length === 0) fail(count, `${path} has no test that ran.`)
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === 'passed') count.passed++
      else if (status === 'failed') fail(count, `${path}: "${fullName}" failed.\n${beginningOf(failureMessages)}`)
      else fail(count, `${path}: "${fullName}" was not run (${status}).`)
    }
  }
  for (const path of expected) {
    if (!seen.some((file) => file.startsWith(path))) fail(count, `${path} has no test that ran.`)
  }
  return count
}

/** Counts Playwright's report by the same rules. */
export function countPlaywright(file) {
  const { stats, errors, suites } = JSON.parse(readFileSync(file, 'utf8'))
  const unexpected = suites.flatMap(namesOfUnexpected)
  const count = { passed: stats.expected, failed: stats.unexpected + stats.flaky, problems: unexpected }
  if (count.failed === 0) for (const { message } of errors) fail(count, message)
  for (let index = 0; index < stats.skipped; index++) fail(count, 'A test of tests/e2e/ was not run.')
  if (count.passed + count.failed === 0) fail(count, 'tests/e2e/ has no test that ran.')
  return count
}

function namesOfUnexpected({ file, suites = [], specs = [] }) {
  const failed = specs.filter(({ ok, tests }) => !ok || tests.some(({ status }) => status === 'flaky'))
  const names = failed.map(({ title, line }) => `tests/e2e/${file}:${line}: "${title}" failed.`)
  return [...names, ...suites.flatMap(namesOfUnexpected)]
}

function beginningOf(messages) {
  const lines = messages.join('\n').split('\n').slice(0, LINES_OF_A_FAILURE)
  return lines.map((line) => `    ${line}`).join('\n')
}

function fail(count, problem) {
  count.failed++
  count.problems.push(problem)
}
