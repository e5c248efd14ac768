import type { Client } from '#lib/worker/client.ts'

export const STATES = ['queued', 'running', 'failed', 'sealed', 'success', 'interrupted', 'assigned'] as const

/** A task in each state, under its name. The pages of the empty ledger are judged first. */
export async function fillWithStates(client: Client): Promise<void> {
  if ((await client.call('listTasks', {})).tasks.length > 0) return
  const { worker } = await client.call('registerWorker', { host: 'elsewhere', pid: 7, name: 'elsewhere/7' })
  const { worker: dead } = await client.call('registerWorker', { host: 'burnt', pid: 8, name: 'burnt/8' })
  const start = (id: string, workerId = worker.id) =>
    client.call('createTask', {
      id,
      title: `A task that is ${id}`,
      repo: 'acme/api',
      issueNumber: 1104,
      agent: 'coder',
      labels: { team: 'core' },
      payload: { prompt: 'Fix login' },
      maxRetries: id === 'sealed' ? 0 : 1,
      strategy: 'hold-for-operator',
      start: { workerId, sessionId: `session-${id}` },
    })
  const report = (taskId: string, outcome: 'success' | 'failed') =>
    client.call('finishAttempt', {
      ...{ taskId, workerId: worker.id, attempt: 1, messageId: `end-${taskId}`, outcome, turns: 3, costUsd: 0.5 },
      ...(outcome === 'failed' ? { error: { class: 'ModelError', message: 'the model refused' } } : {}),
    })
  await client.call('createTask', { id: 'queued', title: 'A task that is queued', requires: ['gpu'] })
  for (const id of ['running', 'failed', 'sealed', 'success']) await start(id)
  const data = 'a line\n'
  const messages = (['stdout', 'stderr'] as const).map((stream) => ({ id: `m-${stream}`, stream, sequence: 1, data }))
  await client.call('appendOutput', { taskId: 'running', workerId: worker.id, attempt: 1, messages })
  for (const id of ['failed', 'sealed'] as const) await report(id, 'failed')
  await report('success', 'success')
  await start('interrupted', dead.id)
  await start('assigned', dead.id)
  await client.call('declareDead', { workerId: dead.id, reason: 'its host burnt down' })
  await client.call('reassignTask', { taskId: 'assigned', reason: 'its host burnt down', holdMs: 60_000 })
}
