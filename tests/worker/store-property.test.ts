/** Random sequences of store operations, with restarts in between, against what must always hold. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTaskError } from '#lib/task/errors.ts'
import { STREAMS, type Stream } from '#lib/task/schema.ts'
import type { LocalStore } from '#lib/worker/store/local-store.ts'
import type { AttemptKey } from '#lib/worker/store/types.ts'
import { countedBySql, openTestStore, type TestStore } from '../support/store.ts'

const CAP_BYTES = 60
const RESERVE_BYTES = 8
const RANKS = { received: 0, running: 1, final: 2, interrupted: 2 }

const key = fc.constantFrom<AttemptKey>(
  { taskId: 'a', attempt: 1 },
  { taskId: 'a', attempt: 2 },
  { taskId: 'b', attempt: 1 },
)
const operation = fc.oneof(
  fc.record({ do: fc.constant('receive' as const), key }),
  fc.record({ do: fc.constant('start' as const), key }),
  fc.record({
    do: fc.constant('append' as const),
    key,
    stream: fc.constantFrom<Stream>('stdout', 'stderr'),
    bytes: fc.integer({ min: 1, max: 70 }),
  }),
  fc.record({ do: fc.constant('finish' as const), key, bytes: fc.integer({ min: 0, max: 90 }) }),
  fc.record({ do: fc.constant('ack' as const), place: fc.nat(5) }),
  fc.record({ do: fc.constant('reopen' as const) }),
  fc.record({ do: fc.constant('recover' as const) }),
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

/** What the test itself knows, apart from the store. */
class Model {
  readonly appended = new Map<string, number>()
  readonly acked = new Map<string, Set<number>>()
  readonly ranks = new Map<string, number>()
  readonly finals = new Map<string, string>()

  next(name: string): number {
    const sequence = (this.appended.get(name) ?? 0) + 1
    this.appended.set(name, sequence)
    return sequence
  }
}

test('holds its promises in whatever order it is used', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 40 }), async (operations) => {
      const t = await openTestStore({ capBytes: CAP_BYTES, reserveBytes: RESERVE_BYTES })
      const model = new Model()
      try {
        for (const each of operations) {
          await apply(t, model, each)
          check(t.store, model)
        }
      } finally {
        t.remove()
      }
    }),
    { numRuns: 60 },
  )
}, 120_000)

async function apply(t: TestStore, model: Model, operation: Operation): Promise<void> {
  try {
    if (operation.do === 'receive') t.store.recordReceived(operation.key)
    if (operation.do === 'start') t.store.recordStarted(operation.key)
    if (operation.do === 'append') append(t.store, model, operation)
    if (operation.do === 'finish') {
      const details = JSON.stringify({ reason: 'r'.repeat(operation.bytes) })
      t.store.recordFinal(operation.key, { outcome: 'success', exitCode: 0, details })
    }
    if (operation.do === 'ack') ack(t.store, model, operation.place)
    if (operation.do === 'reopen') await t.reopen()
    if (operation.do === 'recover') t.store.markInterruptedRunningTasks()
  } catch (error) {
    // A refusal is an answer; anything else is a fault.
    if (!isTaskError(error)) throw error
  }
}

function append(store: LocalStore, model: Model, { key, stream, bytes }: Extract<Operation, { do: 'append' }>): void {
  const execution = store.find(key)
  if (!execution) return
  const name = `${execution.id} ${stream}`
  // As a sender numbers: after what is there, and after a marker that a final result has made.
  const next = store.local.db.get(
    'SELECT next_sequence AS n FROM output.local_task_output_streams WHERE execution_id = ? AND stream = ?',
    execution.id,
    stream,
  )
  model.appended.set(name, Number(next?.n ?? 1) - 1)
  const sequence = model.next(name)
  const id = `${execution.id}-${stream}-${sequence}`
  if (store.appendOutputChunk({ ...key, id, stream, sequence, data: 'x'.repeat(bytes) }) === 'late')
    model.appended.set(name, sequence - 1)
}

function ack(store: LocalStore, model: Model, place: number): void {
  // In the order of each stream, as the ledger acks.
  const message = store.unackedMessages()[0]
  if (!message || place === 5) return
  store.ackMessage(message.id)
  if (message.kind === 'final') return
  const name = `${store.find(message)?.id} ${message.stream}`
  const acked = model.acked.get(name) ?? new Set()
  for (let from = message.dropped?.from ?? message.sequence; from <= message.sequence; from++) acked.add(from)
  model.acked.set(name, acked)
}

function check(store: LocalStore, model: Model): void {
  expect(store.figures).toEqual(countedBySql(store))
  expect(store.figures.pendingBytes + store.figures.reservedBytes).toBeLessThanOrEqual(CAP_BYTES)
  for (const row of store.local.db.all('SELECT id, task_id, attempt FROM main.local_task_executions')) {
    const execution = store.find({ taskId: String(row.task_id), attempt: Number(row.attempt) })
    if (!execution) throw new Error('an execution cannot be found by its key')
    checkForward(store, model, execution.id, execution.status)
    for (const stream of STREAMS) checkComplete(store, model, execution, execution.id, stream)
  }
}

function checkForward(store: LocalStore, model: Model, id: number, status: keyof typeof RANKS): void {
  expect(RANKS[status]).toBeGreaterThanOrEqual(model.ranks.get(String(id)) ?? 0)
  model.ranks.set(String(id), RANKS[status])
  const finals = store.local.db.all('SELECT id FROM main.local_task_outbox_messages WHERE execution_id = ?', id)
  expect(finals).toHaveLength(RANKS[status] === 2 ? 1 : 0)
  const [final] = finals
  if (final) expect(model.finals.get(String(id)) ?? final.id).toBe(final.id)
  if (final) model.finals.set(String(id), String(final.id))
}

/** Each number is waiting, acked, or told of by exactly one gap. */
function checkComplete(store: LocalStore, model: Model, key: AttemptKey, id: number, stream: Stream): void {
  const row = store.local.db.get(
    'SELECT next_sequence, gap_from FROM output.local_task_output_streams WHERE execution_id = ? AND stream = ?',
    id,
    stream,
  )
  const next = Number(row?.next_sequence ?? 1)
  const found = [...(model.acked.get(`${id} ${stream}`) ?? [])]
  for (const { sequence, dropped } of store.replay(key, stream, 1)) {
    for (let from = dropped?.from ?? sequence; from <= sequence; from++) found.push(from)
  }
  if (row?.gap_from != null) for (let from = Number(row.gap_from); from < next; from++) found.push(from)
  expect(found.sort((one, other) => one - other)).toEqual(Array.from({ length: next - 1 }, (_, index) => index + 1))
}
