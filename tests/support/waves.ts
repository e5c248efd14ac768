/** Many workers that die at once, and what was given to others dying with these again. */
import { declareDead, startAttempt } from '#lib/ledger/index.ts'
import { begin, freshId, hire, pass, sweep } from './factories.ts'
import type { Ledger } from './ledger.ts'

const longLived = { leaseMs: 3_600_000 }

export async function beginEach(ledger: Ledger, count: number) {
  const all = []
  for (let worker = 0; worker < count; worker += 1) all.push(await begin(ledger))
  return all
}

/** Every task goes to a worker of its own, and all of these die at once. */
export async function nextWave(ledger: Ledger, taskIds: readonly string[]): Promise<void> {
  const workers = []
  for (const taskId of taskIds) {
    const worker = await hire(ledger, longLived)
    await startAttempt(ledger.context, { taskId, workerId: worker.id, requestId: freshId('r') })
    workers.push(worker)
  }
  for (const { id: workerId } of workers) await declareDead(ledger.context, { workerId, reason: 'the rack is dark' })
}

/** Two waves, which brake; answers whose tasks died in both. */
export async function dieTwice(ledger: Ledger): Promise<string[]> {
  const all = await beginEach(ledger, 3)
  for (const { worker } of all) await declareDead(ledger.context, { workerId: worker.id, reason: 'dark' })
  await pass(ledger, 15_000)
  await sweep(ledger)
  const ids = all.map(({ task }) => task.id)
  await nextWave(ledger, ids)
  await sweep(ledger)
  return ids
}
