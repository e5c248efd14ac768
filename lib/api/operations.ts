/** Each endpoint's operation. A new endpoint fails to compile until it stands here. */
import type { z } from 'zod'
import type { ENDPOINTS, EndpointName, EndpointOutput } from '#lib/contract.ts'
import type { Result } from '#lib/db/types.ts'
import * as ledger from '#lib/ledger/index.ts'
import { log } from '#lib/log.ts'
import { isTaskError, TaskError } from '#lib/task/errors.ts'
import { DEFAULTS, type Task } from '#lib/task/schema.ts'
import * as access from './auth/members.ts'
import { openapi } from './openapi.ts'
import { toProblem } from './problem.ts'
import type { Runtime } from './runtime.ts'

type Parsed<N extends EndpointName> = z.output<(typeof ENDPOINTS)[N]['input']>

export interface Call {
  readonly context: ledger.Context
  readonly runtime: Runtime
  readonly requestId: string
  /** Aborts when the caller has gone or the server stops. */
  readonly signal: AbortSignal
}

/** The stream answers for as long as it is open, and figures are no JSON, so these two have no place here. */
export type Answered = Exclude<EndpointName, 'streamEvents' | 'metrics'>

export type Operations = { readonly [N in Answered]: (call: Call, input: Parsed<N>) => Promise<EndpointOutput<N>> }

export const OPERATIONS: Operations = {
  async registerWorker({ context, runtime }, input) {
    const worker = await ledger.registerWorker(context, input)
    if (input.replaces !== undefined) runtime.sweeper.wake()
    const heartbeatMs = input.heartbeatMs ?? Math.min(DEFAULTS.heartbeatMs, Math.floor(worker.leaseMs / 3))
    return { worker, leaseMs: worker.leaseMs, heartbeatMs, serverTime: worker.registeredAt }
  },
  listWorkers: ({ context }, input) => ledger.listWorkers(context, input),
  getWorker: ({ context }, input) => ledger.getWorker(context, input),
  heartbeat: ({ context }, input) => ledger.heartbeat(context, input),
  stopWorker: async ({ context }, input) => ({ worker: await ledger.stopWorker(context, input) }),
  drainWorker: async ({ context }, input) => ({ worker: await ledger.drainWorker(context, input) }),
  resumeWorker: async ({ context }, input) => ({ worker: await ledger.resumeWorker(context, input) }),
  declareDead: async ({ context }, input) => ({ worker: await ledger.declareDead(context, input) }),

  createTask: async ({ context }, input) => ({ task: await ledger.createTask(context, input) }),
  createTasks: async (call, { tasks }) => toResults(call, await ledger.createTask.many(call.context, tasks)),
  listTasks: ({ context }, input) => ledger.listTasks(context, input),
  getTask: ({ context }, input) => ledger.getTask(context, input),
  listEvents: ({ context }, input) => ledger.listEvents(context, input),
  listCheckpoints: ({ context }, input) => ledger.listCheckpoints(context, input),
  getCheckpoint: ({ context }, input) => ledger.getCheckpoint(context, input),
  readOutput: ({ context }, input) => ledger.readOutput(context, input),

  claimTasks: async ({ context, signal }, input) => ({ tasks: await ledger.claimTasks(context, input, signal) }),
  startAttempt: ({ context }, input) => ledger.startAttempt(context, input),
  appendOutput: ({ context }, input) => ledger.appendOutput(context, input),
  reportProgress: async ({ context }, input) => ({ task: await ledger.reportProgress(context, input) }),
  saveCheckpoint: async ({ context }, input) => ({ checkpoint: await ledger.saveCheckpoint(context, input) }),
  linkSession: async ({ context }, input) => ({ session: await ledger.linkSession(context, input) }),
  finishAttempt: async ({ context }, input) => ({ task: await ledger.finishAttempt(context, input) }),
  finishAttempts: async (call, { completions }) =>
    toResults(call, await ledger.finishAttempt.many(call.context, completions)),

  async importTasks({ context, requestId }, { tasks }) {
    const results = await ledger.importTask.many(context, tasks)
    return {
      results: results.map((result, index) => {
        const id = tasks[index]?.id ?? ''
        return result.ok ? { id, result: result.value } : { id, error: toMemberProblem(result.error, requestId) }
      }),
    }
  },

  failTask: async ({ context }, input) => ({ task: await ledger.failTask(context, input) }),
  reassignTask: async ({ context }, input) => ({ task: await ledger.reassignTask(context, input) }),
  undoReassignment: async ({ context }, input) => ({ task: await ledger.undoReassignment(context, input) }),
  cancelTask: async ({ context }, input) => ({ task: await ledger.cancelTask(context, input) }),
  noteTask: async ({ context }, input) => ({ event: await ledger.noteTask(context, input) }),

  runOperation: async ({ context }, input) => ({ operation: await ledger.runOperation(context, input) }),
  listOperations: ({ context }, input) => ledger.listOperations(context, input),
  getOperation: ({ context }, input) => ledger.getOperation(context, input),
  listOperationItems: ({ context }, input) => ledger.listOperationItems(context, input),
  abortOperation: async ({ context }, input) => ({ operation: await ledger.abortOperation(context, input) }),
  retryOperation: async ({ context }, input) => ({ operation: await ledger.retryOperation(context, input) }),
  async registerCompensation({ context }, input) {
    if (input.workerId === undefined && context.actor.role === 'worker') {
      throw new TaskError('forbidden', 'a worker registers what it undoes with its workerId and attempt')
    }
    return { compensation: await ledger.registerCompensation(context, input) }
  },
  compensateTask: async ({ context }, input) => ({ task: await ledger.compensateTask(context, input) }),
  listReports: ({ context }, input) => ledger.listReports(context, input),
  adoptReport: async ({ context }, input) => ({ task: await ledger.adoptReport(context, input) }),
  holdTask: async ({ context }, input) => ({ task: await ledger.holdTask(context, input) }),
  releaseTask: async ({ context }, input) => ({ task: await ledger.releaseTask(context, input) }),
  quarantineTask: async ({ context }, input) => ({ task: await ledger.quarantineTask(context, input) }),

  readChart: ({ context }, input) => ledger.readChart(context, input),
  listTaskValues: ({ context }, input) => ledger.listTaskValues(context, input),
  readThroughput: ({ context }, input) => ledger.readThroughput(context, input),
  listSessions: ({ context }, input) => ledger.listSessions(context, input),
  listIncidents: ({ context }, input) => ledger.listIncidents(context, input),
  getIncident: ({ context }, input) => ledger.getIncident(context, input),
  listIncidentEvents: ({ context }, input) => ledger.listIncidentEvents(context, input),
  takeIncident: async ({ context }, input) => ({ incident: await ledger.takeIncident(context, input) }),
  dropIncident: async ({ context }, input) => ({ incident: await ledger.dropIncident(context, input) }),
  noteIncident: async ({ context }, input) => ({ incident: await ledger.noteIncident(context, input) }),
  resolveIncident: async ({ context }, input) => ({ incident: await ledger.resolveIncident(context, input) }),
  releaseIncident: async ({ context }, input) => ({ incident: await ledger.releaseIncident(context, input) }),
  pauseRecovery: async ({ context }, input) => ({ pause: await ledger.pauseRecovery(context, input) }),
  listPauses: ({ context }, input) => ledger.listPauses(context, input),
  unpauseRecovery: async ({ context }, input) => ({ pause: await ledger.unpauseRecovery(context, input) }),
  listRecoveryRuns: ({ context }, input) => ledger.listRecoveryRuns(context, input),
  getRecoveryRun: ({ context }, input) => ledger.getRecoveryRun(context, input),
  async recover({ context, runtime: { env, host } }, { dryRun = false }) {
    return { recoveryRun: await ledger.recover(context, { trigger: 'manual', sweepMs: env.sweepMs, host, dryRun }) }
  },

  listViews: ({ context }, input) => ledger.listViews(context, input),
  saveView: async ({ context }, input) => ({ view: await ledger.saveView(context, input) }),
  changeView: async ({ context }, input) => ({ view: await ledger.changeView(context, input) }),
  deleteView: async ({ context }, input) => ({ view: await ledger.deleteView(context, input) }),
  chooseDefaultView: async ({ context }, input) => ({ view: await ledger.chooseDefaultView(context, input) }),

  createToken: ({ context }, input) => access.createToken(context, input),
  listTokens: ({ context }, input) => ledger.listTokens(context, input),
  rotateToken: ({ context }, input) => access.rotateToken(context, input),
  revokeToken: async ({ context }, input) => ({ token: await ledger.revokeToken(context, input) }),

  unmaskTask: ({ context }, input) => ledger.unmaskTask(context, input),

  listMembers: ({ context }, input) => ledger.listMembers(context, input),
  changeRole: async ({ context }, input) => ({ member: await ledger.changeRole(context, input) }),
  removeMember: async ({ context }, input) => ({ member: await ledger.removeMember(context, input) }),
  offerReset: ({ context }, input) => access.offerReset(context, input),
  inviteMember: ({ context }, input) => access.inviteMember(context, input),
  listLinks: ({ context }, input) => ledger.listLinks(context, input),
  revokeLink: async ({ context }, input) => ({ link: await ledger.revokeLink(context, input) }),
  listSignIns: ({ context }, input) => ledger.listSignIns(context, input),
  endSignIn: async ({ context }, input) => ({ ended: await ledger.endSignIn(context, input) }),
  endSignIns: async ({ context }, input) => ({ ended: await ledger.endSignIns(context, input) }),

  listAudit: ({ context }, input) => ledger.listAudit(context, input),
  verifyAudit: ({ context }, input) => ledger.verifyAudit(context, input),

  listWebhooks: ({ context }) => ledger.listWebhooks(context),
  createWebhook: ({ context }, input) => ledger.createWebhook(context, input),
  updateWebhook: async ({ context }, input) => ({ webhook: await ledger.updateWebhook(context, input) }),
  deleteWebhook: async ({ context }, input) => ({ webhook: await ledger.deleteWebhook(context, input) }),
  rotateWebhook: ({ context }, input) => ledger.rotateWebhook(context, input),
  testWebhook: async ({ context }, input) => ({ delivery: await ledger.testWebhook(context, input) }),
  listDeliveries: ({ context }, input) => ledger.listDeliveries(context, input),
  redeliverWebhook: async ({ context }, input) => ({ delivery: await ledger.redeliverWebhook(context, input) }),

  openapi: async () => openapi(),
  healthz: async () => ({ status: 'ok' as const }),
  async readyz({ context, runtime: { env } }) {
    const health = await ledger.readHealth(context, env.sweepMs)
    if (health.sweeper === 'ok') return health
    throw new TaskError('unavailable', `the sweeper last ran at ${health.sweptAt ?? 'no time yet'}`, { ...health })
  },
}

/** A batch answers each of its members; a bug in one is told like a bug in a single call. */
function toResults({ requestId }: Call, results: readonly Result<Task>[]) {
  return {
    results: results.map((result) =>
      result.ok ? { task: result.value } : { error: toMemberProblem(result.error, requestId) },
    ),
  }
}

function toMemberProblem(error: unknown, requestId: string) {
  if (!isTaskError(error)) log.error('internal error in a batch', { requestId, err: error })
  return toProblem(error, requestId)
}
