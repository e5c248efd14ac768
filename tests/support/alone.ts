/** Runs a statement of the ledger by itself, by the name under which the ledger knows it. */
import { run, statements } from '#lib/db/statement.ts'
import type { Input, Plan, Row } from '#lib/db/types.ts'
import type { Ledger } from './ledger.ts'

/** A plan in a transaction of its own. */
export async function inTransaction<T>({ db }: Ledger, plan: () => Plan<T>): Promise<T> {
  const work = {
    name: 'byItself',
    key: () => '',
    *plan() {
      return [{ ok: true as const, value: yield* plan() }]
    },
  }
  const [result] = await db.write(work, [null])
  if (!result?.ok) throw result?.error
  return result.value
}

export function runAlone(ledger: Ledger, name: string, input: Input): Promise<Row[]> {
  const statement = statements.find((one) => one.name === name)
  if (!statement) throw new Error(`the ledger has no statement ${name}`)
  return inTransaction(ledger, () => run(statement, [input]))
}
