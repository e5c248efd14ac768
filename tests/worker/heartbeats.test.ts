import { afterEach, expect, it } from 'vitest'
import { createClient } from '#lib/worker/client.ts'
import { type Answered, Heartbeats } from '#lib/worker/heartbeats.ts'
import type { Registered } from '#lib/worker/registration.ts'
import { eventually } from '../support/eventually.ts'
import { registration } from '../support/fake-ledger.ts'

/** Nothing listens there, so each heartbeat is answered at once, and without this thread. */
const NOWHERE = createClient({ url: 'http://127.0.0.1:1', token: 't' })
const BEAT_MS = 20
const NEVER_SET = new Int32Array(new SharedArrayBuffer(4))
let heartbeats: Heartbeats

afterEach(() => heartbeats.end())

// The record is what the contract answers with.
const registeredAt = (sentAt: number) =>
  ({ ...registration({ heartbeatMs: BEAT_MS }), sentAt }) as unknown as Registered

it('tells nothing of heartbeats of a lease that was replaced while this thread was busy', async () => {
  const told: Answered[] = []
  const answered = (answer: Answered) => {
    told.push(answer)
    if (told.length > 1) return
    // Held up long enough for more answers to be waiting.
    Atomics.wait(NEVER_SET, 0, 0, 20 * BEAT_MS)
    heartbeats.retarget(registeredAt(2))
  }
  const events = { answered, overdue: () => {}, notice: () => {} }
  heartbeats = new Heartbeats(NOWHERE, registeredAt(1), 60_000, events)
  await eventually('the heartbeats of the new lease', () => told.length > 3)
  expect(told.map(({ targetSentAt }) => targetSentAt)).toEqual([1, ...told.slice(1).map(() => 2)])
})
