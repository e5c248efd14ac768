/** What a worker says to whoever starts it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createClient } from '#lib/worker/client.ts'
import { Worker } from '#lib/worker/worker.ts'
import { eventually } from '../support/eventually.ts'
import { beat, type FakeLedger, problem, registration, startFakeLedger } from '../support/fake-ledger.ts'

let ledger: FakeLedger
beforeEach(async () => {
  ledger = await startFakeLedger({
    registerWorker: () => registration(),
    heartbeat: (input) => beat(input),
    claimTasks: () => problem('unavailable', 'the disk is full'),
    stopWorker: () => registration(),
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await ledger.stop()
})

test('a worker says on stderr what keeps it from working, unless somebody else listens', async () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const sentence = 'no task can be claimed: the disk is full; trying again'
  const said = () => stderr.mock.calls.filter(([text]) => text === `rollcall: ${sentence}\n`).length
  expect(await noticesUntil(sentence)).toEqual([sentence])
  expect(said()).toBe(0)
  const client = createClient({ url: ledger.url, token: 't' })
  const worker = new Worker(client, { registration: { slots: 1 }, store: null })
  const ended = worker.run(async () => undefined)
  await eventually('it is said', () => said() === 1)
  worker.abort()
  await ended
})

async function noticesUntil(sentence: string): Promise<string[]> {
  const heard: string[] = []
  const client = createClient({ url: ledger.url, token: 't' })
  const onNotice = (each: string) => void heard.push(each)
  const worker = new Worker(client, { registration: { slots: 1 }, store: null, onNotice })
  const ended = worker.run(async () => undefined)
  await eventually('it is told', () => heard.includes(sentence))
  worker.abort()
  await ended
  return heard
}
