/** Every error that the server can tell, over HTTP, with its facts. */
import { describe, expect, it } from 'vitest'
import { ERROR_CODES, ERRORS, type ErrorCode } from '#lib/task/errors.ts'
import { Problem } from '#lib/task/schema.ts'
import { freshId, taskOf } from '../support/factories.ts'
import { DIALECTS } from '../support/ledger.ts'
import type { Reply } from '../support/server.ts'
import { openStage, type Stage } from '../support/stage.ts'

type Told = Problem & Record<string, unknown>
interface Provocation {
  provoke(stage: Stage): Promise<Reply<Told>>
  /** What the error must tell beside its line in the table. */
  readonly facts?: Readonly<Record<string, unknown>>
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const reason = 'as the test wants it'

/** A new code must find its place here: how a caller meets it, or why no caller of the server can. */
const MET: Record<ErrorCode, Provocation | 'told by the worker to itself' | 'not limited yet'> = {
  validation: { provoke: ({ server }) => server.call('POST', '/api/v1/tasks', { title: 'x', colour: 'red' }) },
  unauthenticated: { provoke: ({ server }) => server.call('GET', '/api/v1/tasks', undefined, null) },
  forbidden: {
    async provoke(stage) {
      const { secret } = await stage.mint('viewer')
      return stage.server.call('POST', '/api/v1/recovery-runs', {}, secret)
    },
    facts: { role: 'viewer' },
  },
  not_found: {
    provoke: ({ server }) => server.call('GET', '/api/v1/tasks/nowhere'),
    facts: { taskId: 'nowhere' },
  },
  duplicate_task: {
    async provoke(stage) {
      const { id } = await stage.create({ id: 'taken', correlationId: 'saga-taken' })
      return stage.server.call('POST', '/api/v1/tasks', taskOf({ id }))
    },
    facts: { id: 'taken' },
  },
  invalid_transition: {
    async provoke(stage) {
      const { id } = await stage.create()
      return stage.server.call('DELETE', `/api/v1/tasks/${id}/reassignment`)
    },
    facts: { taskStatus: 'queued', allowedTargets: expect.arrayContaining(['running', 'cancelled']) },
  },
  sealed_task: {
    async provoke(stage) {
      const { ref } = await stage.begin()
      await stage.admin.call('finishAttempt', { ...ref, messageId: freshId('message'), outcome: 'success' })
      return stage.server.call('POST', `/api/v1/tasks/${ref.taskId}/cancellation`, { reason })
    },
    facts: { taskStatus: 'success', sealedAt: instant },
  },
  lease_conflict: {
    async provoke(stage) {
      const { task } = await stage.begin({}, await stage.hire({ name: 'the holder' }))
      const body = { workerId: (await stage.hire()).id, requestId: freshId('request') }
      return stage.server.call('POST', `/api/v1/tasks/${task.id}/attempts`, body)
    },
    facts: { holder: expect.stringMatching(uuid), taskStatus: 'running' },
  },
  lease_expired: {
    async provoke(stage) {
      const { id } = await stage.hire()
      await stage.admin.call('declareDead', { workerId: id, reason })
      return stage.server.call('POST', `/api/v1/workers/${id}/heartbeats`, { held: [] })
    },
    facts: { workerId: expect.stringMatching(uuid), state: 'dead', leaseExpiresAt: instant },
  },
  fence_rejected: {
    async provoke(stage) {
      const { ref } = await stage.begin()
      return stage.server.call('POST', `/api/v1/tasks/${ref.taskId}/progress`, {
        workerId: ref.workerId,
        attempt: 2,
        phase: 'working',
      })
    },
    facts: { attempt: 2, currentAttempt: 1, taskStatus: 'running' },
  },
  compensation_required: {
    async provoke(stage) {
      const { ref } = await stage.begin({ sideEffects: true, maxRetries: 0 })
      const { taskId, workerId, attempt } = ref
      const body = { workerId, attempt, messageId: freshId('message'), outcome: 'failed' }
      return stage.server.call('POST', `/api/v1/tasks/${taskId}/completion`, body)
    },
    facts: { taskId: expect.any(String) },
  },
  retries_exhausted: {
    async provoke(stage) {
      const { ref } = await stage.begin({ maxRetries: 0 })
      await stage.admin.call('finishAttempt', { ...ref, messageId: freshId('message'), outcome: 'failed' })
      return stage.server.call('POST', `/api/v1/tasks/${ref.taskId}/reassignment`, { reason })
    },
    facts: { retriesUsed: 0, maxRetries: 0 },
  },
  not_before: {
    async provoke(stage) {
      const { id } = await stage.create({ notBefore: '2999-01-01T00:00:00Z' })
      const body = { workerId: (await stage.hire()).id, requestId: freshId('request') }
      return stage.server.call('POST', `/api/v1/tasks/${id}/attempts`, body)
    },
    facts: { notBefore: '2999-01-01T00:00:00.000Z' },
  },
  payload_too_large: {
    provoke: ({ server }) => server.call('POST', '/api/v1/tasks', { title: 'x', payload: 'y'.repeat(2 ** 20) }),
    facts: { limitBytes: 2 ** 20 },
  },
  unavailable: {
    async provoke(stage) {
      await stage.sql('UPDATE ledger_clock SET swept_at = swept_at - 3600000')
      return stage.server.call('GET', '/readyz', undefined, null)
    },
    facts: { sweeper: 'late', sweptAt: instant, serverTime: instant },
  },
  internal: {
    async provoke(stage) {
      const { ref } = await stage.begin()
      await stage.sql('ALTER TABLE task_output RENAME TO taken_away')
      const { taskId, workerId, attempt } = ref
      const messages = [{ id: freshId('message'), stream: 'stdout', sequence: 1, data: 'hello' }]
      const reply = await stage.server.call<Told>('POST', `/api/v1/tasks/${taskId}/output`, {
        workerId,
        attempt,
        messages,
      })
      await stage.sql('ALTER TABLE taken_away RENAME TO task_output')
      return reply
    },
  },
  reserve_unavailable: 'told by the worker to itself',
  rate_limited: 'not limited yet',
}

describe.each(DIALECTS)('the server, on %s', (dialect) => {
  const open = openStage(dialect)

  const met = ERROR_CODES.flatMap((code) => (typeof MET[code] === 'string' ? [] : [[code, MET[code]] as const]))

  it.each(met)('tells %s with its status, its advice and its facts', async (code, { provoke, facts = {} }) => {
    const { status, title, advice } = ERRORS[code]
    const reply = await provoke(open())
    expect(reply.body).toMatchObject({ type: `urn:rollcall:error:${code}`, code, title, status, advice, ...facts })
    expect(reply.status).toBe(status)
    expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(reply.headers.get('retry-after')).toBe(status === 503 || status === 429 ? '1' : null)
    expect(reply.body.detail).toMatch(/^.{5,}$/)
    expect(reply.body.requestId).toMatch(uuid)
    expect(Problem.parse(reply.body).code).toBe(code)
  })

  it('names the holder of a task that somebody else wants', async () => {
    const stage = open()
    const { task, worker } = await stage.begin({}, await stage.hire({ name: 'the holder' }))
    const body = { workerId: (await stage.hire()).id, requestId: freshId('request') }
    const reply = await stage.server.call('POST', `/api/v1/tasks/${task.id}/attempts`, body)
    expect(reply.body).toMatchObject({ holder: worker.id, attempt: 1 })
  })

  it('tells each refused part of a batch like a refused call', async () => {
    const stage = open()
    const { id } = await stage.create()
    const reply = await stage.server.call('POST', '/api/v1/tasks/batch', { tasks: [taskOf({ id }), taskOf()] })
    expect(reply.body).toMatchObject({
      results: [
        { error: { code: 'duplicate_task', status: 409, id, advice: ERRORS.duplicate_task.advice } },
        { task: { status: 'queued' } },
      ],
    })
  })

  it('keeps what a bug is about to its log', async () => {
    const stage = open()
    const provocation = MET.internal
    if (typeof provocation === 'string') throw new Error('a bug is told by the server')
    const { body } = await provocation.provoke(stage)
    expect(JSON.stringify(body)).not.toMatch(/task_output|taken_away|sqlite|postgres|relation|no such table|\.ts|\.js/i)
    const log = stage.server.stderr()
    expect(log).toMatch(
      new RegExp(`internal error at POST "/api/v1/tasks/[^ ]+/output" \\(request ${body.requestId}\\)`),
    )
    expect(log).toContain('task_output')
  })
})
