/** Who may call what: every endpoint with every kind of caller. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ENDPOINTS, type Endpoint, type EndpointName } from '#lib/contract.ts'
import { type CallName, type Client, requestOf } from '#lib/worker/client.ts'
import { listen } from '../support/events.ts'
import { EXAMPLES } from '../support/examples.ts'
import { freshId } from '../support/factories.ts'
import { openStage } from '../support/stage.ts'

type Caller = 'nobody' | 'stranger' | 'revoked' | 'expired' | 'viewer' | 'worker' | 'operator' | 'admin'
const CALLERS: readonly Caller[] = ['nobody', 'stranger', 'revoked', 'expired', 'viewer', 'worker', 'operator', 'admin']

const UNKNOWN: readonly Caller[] = ['nobody', 'stranger', 'revoked', 'expired']
const ANYBODY = CALLERS
const READERS = ['viewer', 'operator', 'admin'] as const
const READERS_AND_OWN_WORKER = [...READERS, 'worker'] as const
const WORKERS = ['worker', 'operator', 'admin'] as const
const OPERATORS = ['operator', 'admin'] as const
const ADMINS = ['admin'] as const

/** Written down here once more, so that nobody opens an endpoint by a slip in the contract. */
const ALLOWED: Record<EndpointName, readonly Caller[]> = {
  healthz: ANYBODY,
  readyz: ANYBODY,
  metrics: ANYBODY,
  openapi: ANYBODY,
  listWorkers: READERS,
  getWorker: READERS,
  listTasks: READERS,
  getTask: READERS_AND_OWN_WORKER,
  listEvents: READERS_AND_OWN_WORKER,
  readOutput: READERS_AND_OWN_WORKER,
  listCheckpoints: READERS_AND_OWN_WORKER,
  getCheckpoint: [...OPERATORS, 'worker'],
  listReports: READERS_AND_OWN_WORKER,
  listSessions: READERS,
  listIncidents: READERS,
  getIncident: READERS,
  listIncidentEvents: READERS,
  listPauses: READERS,
  listViews: READERS,
  saveView: READERS,
  changeView: READERS,
  deleteView: READERS,
  chooseDefaultView: READERS,
  listRecoveryRuns: READERS,
  getRecoveryRun: READERS,
  readChart: READERS,
  readThroughput: READERS,
  listTaskValues: READERS,
  listOperations: READERS,
  getOperation: READERS,
  listOperationItems: READERS,
  streamEvents: READERS,
  registerWorker: WORKERS,
  heartbeat: WORKERS,
  stopWorker: WORKERS,
  createTask: WORKERS,
  createTasks: WORKERS,
  claimTasks: WORKERS,
  startAttempt: WORKERS,
  appendOutput: WORKERS,
  reportProgress: WORKERS,
  saveCheckpoint: WORKERS,
  linkSession: WORKERS,
  finishAttempt: WORKERS,
  finishAttempts: WORKERS,
  registerCompensation: WORKERS,
  drainWorker: OPERATORS,
  resumeWorker: OPERATORS,
  declareDead: OPERATORS,
  failTask: OPERATORS,
  reassignTask: OPERATORS,
  undoReassignment: OPERATORS,
  cancelTask: OPERATORS,
  noteTask: OPERATORS,
  importTasks: OPERATORS,
  compensateTask: OPERATORS,
  adoptReport: OPERATORS,
  holdTask: OPERATORS,
  releaseTask: OPERATORS,
  quarantineTask: OPERATORS,
  recover: OPERATORS,
  runOperation: OPERATORS,
  abortOperation: OPERATORS,
  retryOperation: OPERATORS,
  takeIncident: OPERATORS,
  dropIncident: OPERATORS,
  noteIncident: OPERATORS,
  resolveIncident: OPERATORS,
  releaseIncident: OPERATORS,
  pauseRecovery: OPERATORS,
  unpauseRecovery: OPERATORS,
  createToken: ADMINS,
  listTokens: ADMINS,
  listAudit: OPERATORS,
  verifyAudit: OPERATORS,
  listWebhooks: ADMINS,
  createWebhook: ADMINS,
  updateWebhook: ADMINS,
  deleteWebhook: ADMINS,
  rotateWebhook: ADMINS,
  testWebhook: ADMINS,
  listDeliveries: ADMINS,
  redeliverWebhook: ADMINS,
  rotateToken: ADMINS,
  revokeToken: ADMINS,
  unmaskTask: ADMINS,
  listMembers: ADMINS,
  changeRole: ADMINS,
  removeMember: ADMINS,
  offerReset: ADMINS,
  inviteMember: ADMINS,
  listLinks: ADMINS,
  revokeLink: ADMINS,
  listSignIns: ADMINS,
  endSignIn: ADMINS,
  endSignIns: ADMINS,
}
/** Those that speak for a worker, which must be the caller's own. */
const SPEAK = spokenFor(ALLOWED)

const open = openStage()
const secrets: Partial<Record<Caller, string>> = { stranger: 'rc_nobody-ever-made-this-token' }

beforeAll(async () => {
  const stage = open()
  for (const role of ['viewer', 'worker', 'operator'] as const) secrets[role] = (await stage.mint(role)).secret
  const revoked = await stage.mint('admin')
  await stage.admin.call('revokeToken', { tokenId: revoked.token.id })
  const expired = await stage.mint('admin')
  await stage.sql('UPDATE tokens SET expires_at = $1 WHERE id = $2', [Date.now() - 1, expired.token.id])
  const over = { revoked: revoked.secret, expired: expired.secret }
  Object.assign(secrets, { admin: stage.server.adminToken, ...over })
})

/** Views belong to people, whatever their role. */
const PRIVATE: readonly CallName[] = ['listViews', 'changeView', 'deleteView', 'chooseDefaultView']

/** The client of a caller who may make what the call is about, or else the admin's. */
function makerFor(name: CallName, caller: Caller): Client {
  const { as, admin } = open()
  return caller === 'worker' || caller === 'operator' || PRIVATE.includes(name) ? as(secrets[caller] ?? '') : admin
}

async function ask(name: CallName, caller: Caller, input: unknown) {
  const endpoint: Endpoint = ENDPOINTS[name]
  const { method, path, body } = requestOf(endpoint, input as Record<string, unknown>)
  return open().server.call(method, path, body, secrets[caller] ?? null)
}

describe('a caller', () => {
  it.each(Object.keys(EXAMPLES) as CallName[])('may call %s by its role and not otherwise', async (name) => {
    const stage = open()
    const input = await EXAMPLES[name](stage, stage.admin)
    const before = await stage.everything()
    for (const caller of CALLERS.filter((each) => !ALLOWED[name].includes(each))) {
      const reply = await ask(name, caller, input)
      const unknown = UNKNOWN.includes(caller)
      const refusal = unknown ? { status: 401, code: 'unauthenticated' } : { status: 403, code: 'forbidden' }
      expect([caller, reply.body]).toMatchObject([caller, refusal])
    }
    expect(await stage.everything()).toEqual(before)
    for (const caller of ALLOWED[name]) {
      const reply = await ask(name, caller, await EXAMPLES[name](stage, makerFor(name, caller)))
      expect([caller, reply.status]).toEqual([caller, ENDPOINTS[name].status])
    }
  })

  it('is told whose token a call takes', async () => {
    expect((await ask('listTokens', 'operator', {})).body).toMatchObject({
      detail: 'an operator token may not GET /api/v1/tokens: that takes an admin’s',
    })
  })

  it('may follow the events by its role and not otherwise', async () => {
    for (const caller of CALLERS) {
      const secret = secrets[caller]
      const stream = await listen(open().server, { headers: secret ? { authorization: `Bearer ${secret}` } : {} })
      const expected = ALLOWED.streamEvents.includes(caller) ? 200 : secret && caller === 'worker' ? 403 : 401
      expect([caller, stream.status]).toEqual([caller, expected])
      stream.close()
    }
  })

  it.each(['Basic YWRtaW46YWRtaW4=', 'Bearer', 'Bearer ', 'Bearer a b', 'rc_x', `Bearer ${'x'.repeat(400)}`])(
    'is nobody with the header "%s"',
    async (authorization) => {
      const reply = await fetch(`${open().server.url}/api/v1/tasks`, { headers: { authorization } })
      expect(reply.status).toBe(401)
    },
  )
})

describe('a worker', () => {
  it.each(SPEAK)('may not call %s for a worker of another token', async (name) => {
    const stage = open()
    const other = await stage.mint('worker')
    const input = await EXAMPLES[name](stage, stage.as(other.secret))
    const before = await stage.everything()
    expect((await ask(name, 'worker', input)).body).toMatchObject({ code: 'forbidden', status: 403 })
    expect(await stage.everything()).toEqual(before)
    expect((await ask(name, 'operator', input)).status).toBe(ENDPOINTS[name].status)
  })

  it.each(['getTask', 'listEvents', 'readOutput'] as const)('may not call %s for the work of others', async (name) => {
    const stage = open()
    const other = await stage.mint('worker')
    const input = await EXAMPLES[name](stage, stage.as(other.secret))
    expect((await ask(name, 'worker', input)).body).toMatchObject({ code: 'forbidden', status: 403 })
    expect((await ask(name, 'worker', { ...input, taskId: 'nowhere' })).status).toBe(403)
  })

  it('may still read what it worked on after somebody else has taken it over', async () => {
    const stage = open()
    const own = await stage.hire({}, makerFor('getTask', 'worker'))
    const { task } = await stage.begin({}, own)
    await stage.admin.call('declareDead', { workerId: own.id, reason: 'its host burnt down' })
    const next = await stage.hire()
    await stage.admin.call('reassignTask', { taskId: task.id, reason: 'go on', workerId: next.id })
    await stage.admin.call('startAttempt', { taskId: task.id, workerId: next.id, requestId: freshId('request') })
    expect((await ask('getTask', 'worker', { taskId: task.id })).body).toMatchObject({ task: { attempt: 2 } })
  })

  it('learns that a worker does not exist, whoever asks', async () => {
    const reply = await ask('heartbeat', 'worker', { workerId: 'nobody', held: [] })
    expect(reply.body).toMatchObject({ code: 'not_found', status: 404, workerId: 'nobody' })
  })
})

function spokenFor(allowed: typeof ALLOWED): CallName[] {
  const names = Object.keys(EXAMPLES) as CallName[]
  return names.filter((name) => allowed[name] === WORKERS)
}
