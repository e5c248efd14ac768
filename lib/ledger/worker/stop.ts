import type { Context } from '#lib/ledger/core/context.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import { buryWorkers } from '#lib/ledger/recovery/bury.ts'
import { findOrphans, interruptOrphans, settleEnded } from '#lib/ledger/recovery/orphans.ts'
import { refundEnds } from '#lib/ledger/recovery/refund.ts'
import type { DeclareDead, StopWorker } from '#lib/task/commands.ts'
import type { Worker } from '#lib/task/schema.ts'
import { readWorkerRecords } from './worker-record.ts'
import { markStopped } from './worker-state.ts'

/** A graceful goodbye. What the worker still holds is interrupted with the cause "shutdown", and its sessions can be resumed. */
export async function stopWorker(context: Context, command: StopWorker): Promise<Worker> {
  const worker = await markStopped(context, command)
  await recoverNow(context, command.workerId)
  return { ...worker, held: 0 }
}

/** An operator knows better than the lease: the machine was switched off. What the worker holds is recovered at once. */
export async function declareDead(context: Context, command: DeclareDead): Promise<Worker> {
  const worker = await bury(context, command)
  await recoverNow(context, command.workerId)
  return { ...worker, held: 0 }
}

/** The sweeper would find the same within a second; an operator that waits for the answer should not have to. */
async function recoverNow(context: Context, workerId: string): Promise<void> {
  for (
    let orphans = await findOrphans(context, [workerId]);
    orphans.length > 0;
    orphans = await findOrphans(context, [workerId])
  ) {
    const { interruptions } = await interruptOrphans(context, orphans)
    // What cannot be interrupted stays for the sweeper, which tells why.
    if (interruptions.length === 0) break
  }
  await refundEnds(context, null)
  await settleEnded(context, null)
}

const bury = operation<DeclareDead, Worker>(
  'declareDead',
  ({ workerId }) => workerId,
  function* (transaction, requests) {
    const buried = yield* buryWorkers(transaction, requests.map(toBurial))
    const workers = yield* readWorkerRecords(requests.map(({ command }) => command.workerId))
    return requests.map(({ command: { workerId } }) => {
      const worker = workers.get(workerId)
      if (!worker) return refused('not_found', `no worker has the id ${workerId}`, { workerId })
      if (buried.includes(workerId)) return done(worker)
      return refused('invalid_transition', `worker ${worker.name} is ${worker.state} already`, { state: worker.state })
    })
  },
)

function toBurial({ context: { actor }, command: { workerId, reason, hostRebooted } }: Request<DeclareDead>) {
  return { workerId, reason, actor, kind: 'declared' as const, rebooted: hostRebooted }
}
