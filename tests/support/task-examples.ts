import { interrupted, told } from './example-steps.ts'
import type { Examples } from './examples.ts'
import { freshId, taskOf } from './factories.ts'

export const tasks: Pick<
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
