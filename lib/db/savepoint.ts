/** A part of a plan that may fail without the whole: what it wrote is undone, and the plan goes on. */
import type { Plan, Result, Statement } from './types.ts'

/** Not one of the ledger's named statements: it has no rows, no input and nothing to plan. */
function control(name: string, text: string): Statement {
  return { name, text: () => text, columns: () => [], textFor: () => undefined, packed: () => [] }
}
const BEGIN = control('beginPart', 'SAVEPOINT part')
const UNDO = control('undoPart', 'ROLLBACK TO SAVEPOINT part')
const END = control('endPart', 'RELEASE SAVEPOINT part')

/** Runs a part; an error of one of its statements, or of its own, is its result. Parts do not nest. */
export function* attempt<T>(part: Plan<T>): Plan<Result<T>> {
  yield { statement: BEGIN, input: [{}] }
  try {
    const value = yield* part
    yield { statement: END, input: [{}] }
    return { ok: true, value }
  } catch (error) {
    yield { statement: UNDO, input: [{}] }
    yield { statement: END, input: [{}] }
    return { ok: false, error: error instanceof Error ? error : new Error(String(error)) }
  }
}
