/**
 * Loaded before the tests of a mutant run, and never else: whatever an operation runs goes through here, and a statement
 * that is to lack a guard is put in the place of the one that has it.
 */
import { vi } from 'vitest'
import type { Input, Statement } from '#lib/db/types.ts'
import { controls, type Render } from './controls.ts'
import { withoutGuard } from './mutants.ts'

vi.mock('#lib/db/statement.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('#lib/db/statement.ts')>()
  const lacking = new Map<Statement, Map<string, Statement>>()

  function chosen(query: Statement): Statement {
    controls.seen.add(query.name)
    const { active } = controls
    const render = controls.renders.get(query)
    if (!active || active.statement !== query.name || !render) return query
    const known = lacking.get(query) ?? new Map<string, Statement>()
    lacking.set(query, known)
    const made = known.get(active.guard) ?? withoutGuard(query, render, active.guard)
    known.set(active.guard, made)
    return made
  }

  return {
    ...original,
    statement(name: string, render: Render) {
      const made = original.statement(name, render)
      controls.renders.set(made, render)
      const [, origin = ''] = /\/(lib\/ledger\/[\w/-]+\.ts)/.exec(new Error().stack ?? '') ?? []
      controls.origins.set(name, origin)
      return made
    },
    run: (query: Statement, input: readonly Input[]) => original.run(chosen(query), input),
    runAndKeep: <T extends Input>(query: Statement, input: readonly T[]) => original.runAndKeep(chosen(query), input),
  }
})
