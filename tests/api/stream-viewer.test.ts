import { expect, it, onTestFinished } from 'vitest'
import { createMetrics } from '#lib/api/metrics.ts'
import type { Call } from '#lib/api/operations.ts'
import { openStream } from '#lib/api/stream.ts'
import { startTail } from '#lib/ledger/index.ts'
import { eventually } from '../support/eventually.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'
import { interruptedAfter, knowing, openUndoer, undo } from '../support/undoer.ts'

const MARKER = 'zebra-in-the-error'

/** All that a reader of this role has heard once a step was told to have failed. */
async function heardBy(ledger: Ledger, role: 'viewer' | 'operator'): Promise<string> {
  const tail = startTail(ledger)
  const listening = new AbortController()
  onTestFinished(() => {
    listening.abort()
    tail.close()
  })
  const context = ledger.contextOf({ actor: { kind: 'token', name: 'eve', role } })
  // What a stream takes of its call.
  const call = { context, runtime: { tail, metrics: createMetrics() } } as unknown as Call
  const admit = async () => undefined
  const answer = await openStream(call, { input: { after: '0.0' }, lastEventId: undefined, admit })
  if (!('stream' in answer)) throw new Error('the answer is no stream')
  let heard = ''
  const write = (text: string) => {
    heard += text
    return true
  }
  void answer.stream({ write, caughtUp: async () => undefined }, listening.signal)
  return eventually('the event of the step', () => heard.includes('event: task.compensation_failed') && heard)
}

forEachDialect('the event stream', (open) => {
  it('tells what the handler of a step said to operators, and not to viewers', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    undoer.answer((_call, response) => void response.writeHead(500).end(MARKER))
    const context = knowing(ledger, undoer.url)
    await interruptedAfter(ledger, context, ['branch'])
    await undo(context)
    expect(await heardBy(ledger, 'operator')).toContain(MARKER)
    expect(await heardBy(ledger, 'viewer')).not.toContain(MARKER)
  })
})
