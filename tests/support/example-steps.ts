/** What must have happened before some calls can succeed. */
import type { Client } from '#lib/worker/client.ts'
import { eventually } from './eventually.ts'
import { freshId } from './factories.ts'
import type { Stage } from './stage.ts'

/** A task of which there is everything to read: attempts, a session, events, output with a gap, progress. */
export async function told(stage: Stage, caller: Client) {
  const { ref } = await stage.begin({}, await stage.hire({}, caller))
  await stage.admin.call('linkSession', { ...ref, sessionId: freshId('session') })
  await stage.admin.call('reportProgress', { ...ref, phase: 'working', note: 'half done' })
  await stage.admin.call('saveCheckpoint', { ...ref, turn: 3, state: { done: ['a.ts'] } })
  const gap = { from: 2, to: 2, bytes: 10 }
  const chunk = (sequence: number) => ({ id: freshId('message'), stream: 'stdout' as const, sequence, data: 'x\n' })
  await stage.admin.call('appendOutput', { ...ref, messages: [chunk(1), { ...chunk(3), dropped: gap }] })
  return ref
}

/** A bulk act that is over, and that left one of its two tasks alone. */
export async function skipping(stage: Stage) {
  const order = { action: 'fail' as const, ids: [(await stage.create()).id, freshId('gone')], reason: 'it is stuck' }
  const { operation } = await stage.admin.call('runOperation', order)
  return eventually('the bulk act is over', async () => {
    const { operation: now } = await stage.admin.call('getOperation', { operationId: operation.id })
    return now.status === 'done' && now
  })
}

/** A task whose worker was declared dead, with its incident. */
export async function interrupted(stage: Stage) {
  const { ref, worker } = await stage.begin()
  await stage.admin.call('declareDead', { workerId: worker.id, reason: 'its host burnt down' })
  return ref
}
