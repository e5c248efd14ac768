import { v7 } from 'uuid'
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import { toWorker } from '#lib/ledger/core/record-rows.ts'
import { buryWorkers } from '#lib/ledger/recovery/bury.ts'
import type { RegisterWorker } from '#lib/task/commands.ts'
import { DEFAULTS, LIMITS, type Worker } from '#lib/task/schema.ts'

/**
 * A new incarnation of a worker process with its lease. `replaces` declares an earlier incarnation dead at once; what
 * that one held is recovered by the next sweep, which is woken.
 */
export const registerWorker = operation<RegisterWorker, Worker>(
  'registerWorker',
  ({ replaces }) => replaces ?? v7(),
  register,
)

const insertWorkers = statement(
  'insertWorkers',
  (
    d,
  ) => `INSERT INTO workers (id, token_id, name, host, pid, version, boot_id, pid_namespace, process_started_at, skills,
      labels, slots, state, lease_ms, lease_expires_at, last_heartbeat_at, registered_at)
    SELECT c.id, c.token_id, c.name, c.host, c.pid, c.version, c.boot_id, c.pid_namespace, c.process_started_at, c.skills,
      c.labels, c.slots, 'alive', c.lease_ms, ${d.now} + c.lease_ms, ${d.now}, ${d.now}
    FROM ${d.rows(`id text, token_id text, name text, host text, pid integer, version text, boot_id text,
      pid_namespace text, process_started_at text, skills json, labels json, slots integer, lease_ms integer`)}
    WHERE true RETURNING *`,
)

function* register(transaction: Transaction, requests: readonly Request<RegisterWorker>[]): Plan<Result<Worker>[]> {
  const replaced = requests.flatMap(({ context: { actor }, command: { replaces } }) =>
    replaces === undefined ? [] : [{ workerId: replaces, kind: 'replaced' as const, actor }],
  )
  yield* buryWorkers(transaction, replaced)
  const inputs = requests.map(workerInput)
  const rows = yield* run(insertWorkers, inputs)
  const workers = new Map(rows.map((row) => [row.id as string, toWorker({ ...row, held: 0 })]))
  yield* appendEvents(
    transaction,
    requests.map(({ context: { actor } }, index) => ({
      type: 'worker.registered',
      actor,
      workerId: inputs[index]?.id ?? null,
      data: { name: inputs[index]?.name, host: inputs[index]?.host, pid: inputs[index]?.pid },
    })),
  )
  return inputs.map(({ id, name }) => {
    const worker = workers.get(id)
    return worker ? done(worker) : refused('unavailable', `worker ${name} could not be registered`)
  })
}

function workerInput({ context, command }: Request<RegisterWorker>) {
  return {
    id: v7(),
    token_id: context.actor.tokenId ?? null,
    name: command.name ?? `${command.host}/${command.pid}`,
    host: command.host,
    pid: command.pid,
    version: command.version ?? null,
    boot_id: command.bootId ?? null,
    pid_namespace: command.pidNamespace ?? null,
    process_started_at: command.processStartedAt ?? null,
    skills: command.skills ?? [],
    labels: command.labels ?? {},
    // Whoever does not say how much it can hold takes as much as it asks for.
    slots: command.slots ?? LIMITS.batch,
    lease_ms: command.leaseMs ?? DEFAULTS.leaseMs,
  }
}
