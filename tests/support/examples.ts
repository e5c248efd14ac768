/** One call of every endpoint that must succeed, with what it needs put on the stage before. */
import type { EndpointInput } from '#lib/contract.ts'
import type { CallName, Client } from '#lib/worker/client.ts'
import { ACCESS_EXAMPLES } from './access-examples.ts'
import { COMPENSATION_EXAMPLES } from './compensation-examples.ts'
import { eventually } from './eventually.ts'
import { interrupted, skipping, told } from './example-steps.ts'
import { freshId, workerOf } from './factories.ts'
import { importExample } from './import-example.ts'
import { incidents } from './incident-examples.ts'
import type { Stage } from './stage.ts'
import { tasks } from './task-examples.ts'
import { views } from './view-examples.ts'

/** `caller` is who will make the call: what must be a worker's own is made through it. */
export type Example<N extends CallName> = (stage: Stage, caller: Client) => Promise<EndpointInput<N>>
export type Examples = { readonly [N in CallName]: Example<N> }

const workers: Pick<
  Examples,
  | 'registerWorker'
  | 'listWorkers'
  | 'getWorker'
  | 'heartbeat'
  | 'stopWorker'
  | 'drainWorker'
  | 'resumeWorker'
  | 'declareDead'
> = {
  registerWorker: async (stage, caller) => ({
    ...workerOf({ version: '1.0.0', bootId: 'boot-1', pidNamespace: 'pid:[1]', processStartedAt: '12345' }),
    skills: ['python', 'deploy:eu'],
    labels: { team: 'web' },
    slots: 4,
    leaseMs: 3_600_000,
    heartbeatMs: 5000,
    replaces: (await stage.hire({}, caller)).id,
  }),
  listWorkers: async (stage) => {
    await stage.hire()
    return { limit: 2 }
  },
  getWorker: async (stage) => ({ workerId: (await stage.hire()).id }),
  async heartbeat(stage, caller) {
    const { task, worker } = await stage.begin({}, await stage.hire({}, caller))
    const held = { taskId: task.id, attempt: 1 }
    return { workerId: worker.id, held: [held, { taskId: freshId('gone'), attempt: 2 }], progress: [held] }
  },
  async stopWorker(stage, caller) {
    const { worker } = await stage.begin({}, await stage.hire({}, caller))
    return { workerId: worker.id, reason: 'the host is updated' }
  },
  drainWorker: async (stage) => ({ workerId: (await stage.hire()).id, reason: 'a deploy' }),
  async resumeWorker(stage) {
    const { id: workerId } = await stage.hire()
    await stage.admin.call('drainWorker', { workerId })
    return { workerId, reason: 'the deploy is over' }
  },
  declareDead: async (stage) => ({ workerId: (await stage.begin()).worker.id, reason: 'its host burnt down' }),
}

const attempts: Pick<
  Examples,
  | 'claimTasks'
  | 'startAttempt'
  | 'appendOutput'
  | 'reportProgress'
  | 'saveCheckpoint'
  | 'linkSession'
  | 'finishAttempt'
  | 'finishAttempts'
> = {
  async claimTasks(stage, caller) {
    const skill = freshId('skill')
    await stage.create({ requires: [skill] })
    const worker = await stage.hire({ skills: [skill] }, caller)
    return { workerId: worker.id, requestId: freshId('request'), max: 2, waitMs: 0 }
  },
  startAttempt: async (stage, caller) => ({
    taskId: (await stage.create()).id,
    workerId: (await stage.hire({}, caller)).id,
    requestId: freshId('request'),
  }),
  async appendOutput(stage, caller) {
    const { ref } = await stage.begin({}, await stage.hire({}, caller))
    const second = { id: freshId('message'), stream: 'stdout' as const, sequence: 4, data: 'done\n' }
    return {
      ...ref,
      messages: [
        { id: freshId('message'), stream: 'stdout', sequence: 1, data: '\u001b[1mworking\u001b[0m\n' },
        { ...second, dropped: { from: 2, to: 3, bytes: 4096 } },
      ],
    }
  },
  async reportProgress(stage, caller) {
    const { ref } = await stage.begin({}, await stage.hire({}, caller))
    return { ...ref, phase: 'planning', note: 'reads\nthe code', turns: 3, tokensIn: 9, tokensOut: 0, costUsd: 0.25 }
  },
  async saveCheckpoint(stage, caller) {
    const { ref } = await stage.begin({}, await stage.hire({}, caller))
    return { ...ref, turn: 7, state: { messages: [{ role: 'user', content: 'Fix login' }], cursor: null } }
  },
  async linkSession(stage, caller) {
    const { ref } = await stage.begin({}, await stage.hire({}, caller))
    return { ...ref, sessionId: freshId('session'), provider: 'acme' }
  },
  async finishAttempt(stage, caller) {
    const { ref } = await stage.begin({}, await stage.hire({}, caller))
    const error = { class: 'TypeError', message: 'x is not a function\n  at y' }
    const usage = { costUsd: 1.5, tokensIn: 100, tokensOut: 20, turns: 7 }
    const outcome = { outcome: 'failed', reason: 'the tests are red', exitCode: 1, error }
    return { ...ref, messageId: freshId('message'), ...outcome, ...usage, artifacts: [{ path: 'a.diff' }] }
  },
  async finishAttempts(stage, caller) {
    const worker = await stage.hire({}, caller)
    const all = [await stage.begin({}, worker), await stage.begin({}, worker)]
    return { completions: all.map(({ ref }) => ({ ...ref, messageId: freshId('message'), outcome: 'success' })) }
  },
}

/** A webhook that is new, as each example takes one; the former ones would be too many. */
async function hooked({ admin }: Stage): Promise<string> {
  const { webhooks } = await admin.call('listWebhooks', {})
  for (const { id } of webhooks) await admin.call('deleteWebhook', { webhookId: id })
  return (await admin.call('createWebhook', { name: 'on call', url: 'http://hooks.invalid/x' })).webhook.id
}

type Others =
  | keyof typeof workers
  | keyof typeof tasks
  | keyof typeof attempts
  | keyof typeof incidents
  | keyof typeof views
  | keyof typeof COMPENSATION_EXAMPLES
  | keyof typeof ACCESS_EXAMPLES
type Records = Omit<Examples, Others>
const records: Records = {
  async listSessions(stage, caller) {
    await told(stage, caller)
    return { limit: 1 }
  },
  listRecoveryRuns: async () => ({ limit: 500 }),
  async getRecoveryRun(stage) {
    const newest = async () => (await stage.admin.call('listRecoveryRuns', { limit: 1 })).recoveryRuns[0]?.id
    const former = await newest()
    const { worker } = await stage.begin()
    await stage.hire({ replaces: worker.id })
    const recoveryRunId = await eventually('its pass of recovery is on record', async () => {
      const id = await newest()
      return id !== former && id
    })
    return { recoveryRunId }
  },
  recover: async () => ({ dryRun: true }),
  readThroughput: async () => ({ window: '24h' }),
  listTaskValues: async () => ({ of: 'repo', q: 'acme', limit: 5 }),
  async readChart(stage) {
    await interrupted(stage)
    return {}
  },
  runOperation: async (stage) => ({
    id: freshId('operation'),
    action: 'reassign',
    ids: [(await interrupted(stage)).taskId, freshId('gone')],
    reason: 'the host is back',
    workerId: (await stage.hire()).id,
    holdMs: 10_000,
    startAfterMs: 10_000,
    dryRun: true,
  }),
  listOperations: async (stage) => {
    await skipping(stage)
    return { limit: 1 }
  },
  getOperation: async (stage) => ({ operationId: (await skipping(stage)).id }),
  listOperationItems: async (stage) => ({ operationId: (await skipping(stage)).id, result: 'skipped', limit: 5 }),
  async abortOperation(stage) {
    const order = { action: 'cancel' as const, filter: { repo: 'acme/abort' }, reason: 'old', startAfterMs: 600_000 }
    await stage.create({ repo: 'acme/abort' })
    const { operation } = await stage.admin.call('runOperation', order)
    return { operationId: operation.id, reason: 'not these' }
  },
  retryOperation: async (stage) => ({ operationId: (await skipping(stage)).id, reason: 'again', of: 'skipped' }),
  importTasks: async () => ({ tasks: [importExample()] }),
  listAudit: async (stage) => {
    await stage.admin.call('noteTask', { taskId: (await stage.create()).id, text: 'seen' })
    return { action: 'noteTask', limit: 1 }
  },
  verifyAudit: async () => ({ limit: 100 }),
  listWebhooks: async (stage) => {
    await hooked(stage)
    return {}
  },
  createWebhook: async () => ({ name: 'on call', url: 'https://hooks.example/x', events: ['task.quarantined'] }),
  updateWebhook: async (stage) => ({ webhookId: await hooked(stage), enabled: false }),
  deleteWebhook: async (stage) => ({ webhookId: await hooked(stage) }),
  rotateWebhook: async (stage) => ({ webhookId: await hooked(stage) }),
  testWebhook: async (stage) => ({ webhookId: await hooked(stage) }),
  async listDeliveries(stage) {
    const webhookId = await hooked(stage)
    await stage.admin.call('testWebhook', { webhookId })
    return { webhookId, limit: 1 }
  },
  async redeliverWebhook(stage) {
    const webhookId = await hooked(stage)
    const { delivery } = await stage.admin.call('testWebhook', { webhookId })
    return { webhookId, deliveryId: delivery.id }
  },
  openapi: async () => ({}),
  healthz: async () => ({}),
  readyz: async () => ({}),
}

export const EXAMPLES: Examples = {
  ...workers,
  ...tasks,
  ...attempts,
  ...COMPENSATION_EXAMPLES,
  ...ACCESS_EXAMPLES,
  ...incidents,
  ...views,
  ...records,
}
