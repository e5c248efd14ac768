/** One call of every endpoint that must succeed, with what it needs put on the stage before. */
import type { EndpointInput } from '#lib/contract.ts'
import type { CallName, Client } from '#lib/worker/client.ts'
import { COMPENSATION_EXAMPLES } from './compensation-examples.ts'
import { eventually } from './eventually.ts'
import { freshId, taskOf, workerOf } from './factories.ts'
import { importExample } from './import-example.ts'
import { incidents } from './incident-examples.ts'
import type { Stage } from './stage.ts'

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

const tasks: Pick<
  Examples,
  | 'createTask'
  | 'createTasks'
  | 'listTasks'
  | 'getTask'
  | 'listEvents'
  | 'readOutput'
  | 'listCheckpoints'
  | 'getCheckpoint'
  | 'failTask'
  | 'reassignTask'
  | 'undoReassignment'
  | 'cancelTask'
  | 'noteTask'
> = {
  createTask: async (stage, caller) => ({
    ...taskOf({ correlationId: freshId('saga'), repo: 'acme/api', issueNumber: 1104, user: 'ada', agent: 'coder' }),
    agentType: 'cli',
    model: 'large-1',
    provider: 'acme',
    payload: { prompt: 'Fix login', files: ['a.ts'], deep: [[null, 1.5, true]] },
    labels: { team: 'web', 'acme/priority': 'high' },
    requires: ['python'],
    priority: -5,
    maxRetries: 2,
    maxInterruptions: 4,
    notBefore: '2026-11-21T08:00:00+05:30',
    sideEffects: false,
    progressTimeoutMs: 60_000,
    strategy: 'hold-for-operator',
    start: { workerId: (await stage.hire({}, caller)).id, sessionId: freshId('session') },
  }),
  createTasks: async (stage, caller) => ({
    tasks: [taskOf(), taskOf({ start: { workerId: (await stage.hire({}, caller)).id } })],
  }),
  async listTasks(stage) {
    await stage.begin({ repo: 'acme/list' })
    return { status: ['running', 'queued'], repo: 'acme/list', since: '2020-01-01T00:00:00Z', limit: 5 }
  },
  getTask: async (stage, caller) => ({ taskId: (await told(stage, caller)).taskId }),
  listEvents: async (stage, caller) => ({ taskId: (await told(stage, caller)).taskId, limit: 2 }),
  readOutput: async (stage, caller) => ({ taskId: (await told(stage, caller)).taskId, attempt: 1, stream: 'stdout' }),
  listCheckpoints: async (stage, caller) => ({ taskId: (await told(stage, caller)).taskId }),
  getCheckpoint: async (stage, caller) => ({ taskId: (await told(stage, caller)).taskId, turn: 3, attempt: 1 }),
  failTask: async (stage) => ({ taskId: (await stage.begin()).task.id, reason: 'it does harm' }),
  reassignTask: async (stage) => ({
    taskId: (await interrupted(stage)).taskId,
    reason: 'it is urgent',
    workerId: (await stage.hire()).id,
    holdMs: 10_000,
  }),
  async undoReassignment(stage) {
    const { taskId } = await interrupted(stage)
    await stage.admin.call('reassignTask', { taskId, reason: 'it is urgent', holdMs: 10_000 })
    return { taskId }
  },
  cancelTask: async (stage) => ({ taskId: (await stage.begin()).task.id, reason: 'nobody wants it' }),
  noteTask: async (stage) => ({ taskId: (await stage.create()).id, text: 'Seen.\nIt waits for its disk.' }),
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

type Others =
  | keyof typeof workers
  | keyof typeof tasks
  | keyof typeof attempts
  | keyof typeof incidents
  | keyof typeof COMPENSATION_EXAMPLES
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
  createToken: async () => ({ name: 'build farm', role: 'worker' }),
  listTokens: async () => ({ limit: 1 }),
  revokeToken: async (stage) => ({ tokenId: (await stage.mint('viewer')).token.id }),
  openapi: async () => ({}),
  healthz: async () => ({}),
  readyz: async () => ({}),
}

export const EXAMPLES: Examples = {
  ...workers,
  ...tasks,
  ...attempts,
  ...COMPENSATION_EXAMPLES,
  ...incidents,
  ...records,
}

/** A task of which there is everything to read: attempts, a session, events, output with a gap, progress. */
async function told(stage: Stage, caller: Client) {
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
async function skipping(stage: Stage) {
  const order = { action: 'fail' as const, ids: [(await stage.create()).id, freshId('gone')], reason: 'it is stuck' }
  const { operation } = await stage.admin.call('runOperation', order)
  return eventually('the bulk act is over', async () => {
    const { operation: now } = await stage.admin.call('getOperation', { operationId: operation.id })
    return now.status === 'done' && now
  })
}

/** A task whose worker was declared dead, with its incident. */
async function interrupted(stage: Stage) {
  const { ref, worker } = await stage.begin()
  await stage.admin.call('declareDead', { workerId: worker.id, reason: 'its host burnt down' })
  return ref
}
