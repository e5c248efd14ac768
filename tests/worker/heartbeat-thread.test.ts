import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { createClient } from '#lib/worker/client.ts'
import { Lease } from '#lib/worker/lease.ts'
import { eventually } from '../support/eventually.ts'
import { beat, registration } from '../support/fake-ledger.ts'

const opened: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.stop()
})

describe('the heartbeat thread', () => {
  test('beats on while the event loop is blocked', async () => {
    const ledger = await startThreadedLedger(30_000)
    await open(ledger.url)
    await eventually('the first heartbeat', () => ledger.beats() > 0)
    const before = ledger.beats()
    block(10_000, () => ledger.beats() - before >= 8)
    expect(ledger.beats() - before).toBeGreaterThanOrEqual(8)
  })

  test('freezes the process group when the event loop is blocked and the ledger silent', async () => {
    const ledger = await startThreadedLedger(1000)
    const lease = await open(ledger.url)
    const processGroup = hold(lease)
    const before = ledger.beats()
    await eventually('two more heartbeats', () => ledger.beats() >= before + 2)
    await ledger.stop()
    expect(stateOf(processGroup)).toBe('S')
    block(10_000, () => stateOf(processGroup) === 'T')
    expect(stateOf(processGroup)).toBe('T')
  })

  test('says that work is overdue that was frozen for longer than it may be', async () => {
    const ledger = await startThreadedLedger(500)
    const lease = await open(ledger.url, 300)
    const stops: string[] = []
    hold(lease, (cause) => stops.push(cause))
    await ledger.stop()
    await eventually('it was stopped', () => stops.length > 0)
    expect(stops).toEqual(['overdue'])
  })
})

/** Work in a process group of its own. */
function hold(lease: Lease, stop: (cause: string) => unknown = () => undefined): number {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
  const { pid: processGroup } = child
  if (processGroup === undefined) throw new Error('no sleep here')
  opened.push({ stop: async () => void (child.kill('SIGKILL') && (await once(child, 'exit'))) })
  lease.hold({ taskId: 'a', attempt: 1, processGroup, stop, reattached: () => undefined })
  return processGroup
}

/** The state in /proc: S sleeps, T is stopped. */
function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2)[0]
}

async function open(url: string, holdMs = 60_000): Promise<Lease> {
  const lease = await Lease.open(createClient({ url, token: 't' }), { registration: {}, holdMs })
  opened.unshift({ stop: () => lease.close('the test ended') })
  return lease
}

/** Keeps this thread busy without a break, until it has seen what it waits for or the time is over. */
function block(ms: number, seen: () => boolean): void {
  const endsAt = performance.now() + ms
  while (!seen() && performance.now() < endsAt);
}

/** A ledger in a thread of its own, which counts heartbeats where a blocked thread can see them. */
async function startThreadedLedger(leaseMs: number) {
  const count = new Int32Array(new SharedArrayBuffer(4))
  const thread = new Worker(LEDGER, {
    eval: true,
    workerData: { count, beat: beat({ held: [] }), registration: registration({ leaseMs, heartbeatMs: 100 }) },
  })
  const stop = () => thread.terminate()
  opened.push({ stop })
  const [port] = await once(thread, 'message')
  return { url: `http://127.0.0.1:${port}`, beats: () => Atomics.load(count, 0), stop }
}

const LEDGER = `
  const { createServer } = require('node:http')
  const { parentPort, workerData } = require('node:worker_threads')
  const server = createServer((request, response) => {
    const isBeat = request.url.endsWith('/heartbeats')
    if (isBeat) Atomics.add(workerData.count, 0, 1)
    response.writeHead(isBeat ? 200 : 201, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isBeat ? workerData.beat : workerData.registration))
  }).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`
