import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isTaskError } from '#lib/task/errors.ts'
import { createClient } from '#lib/worker/client.ts'
import { beat, type FakeLedger, LOST, problem, SILENT, startFakeLedger, taskRecord } from '../support/fake-ledger.ts'

let ledger: FakeLedger
beforeEach(async () => {
  ledger = await startFakeLedger()
})
afterEach(() => ledger.stop())

const clientOf = (url = ledger.url) => createClient({ url: `${url}/`, token: 'rc_secret', timeoutMs: 500 })
const errorOf = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isTaskError(error)) throw new Error(`not a TaskError: ${String(error)}`)
  return error
}

describe('the typed client', () => {
  test.each(['nonsense', '', 'localhost:3000', 'ftp://127.0.0.1'])('refuses the address %j at once', (url) => {
    expect(() => createClient({ url, token: 'rc_secret' })).toThrow(/expected the http address of a Rollcall server/)
  })

  test('says that a server does not speak TLS', async () => {
    const client = createClient({ url: ledger.url.replace('http:', 'https:'), token: 'rc_secret' })
    const error = await errorOf(client.call('healthz', {}))
    expect(error.message).toMatch(/cannot be reached: it does not speak TLS there; is it http:/)
  })

  test('puts path parameters into the path, the rest into the body, and the token into the header', async () => {
    ledger.on({ heartbeat: (input) => beat(input) })
    await clientOf().call('heartbeat', { workerId: 'w:1@x', held: [{ taskId: 't', attempt: 2 }] })
    expect(ledger.calls).toEqual([
      {
        name: 'heartbeat',
        input: { workerId: 'w:1@x', held: [{ taskId: 't', attempt: 2 }] },
        authorization: 'Bearer rc_secret',
      },
    ])
  })

  test('puts the rest of a GET into the query, lists with commas and nothing for what is undefined', async () => {
    ledger.on({ listTasks: () => ({ tasks: [], nextCursor: null }) })
    await clientOf().call('listTasks', { status: ['running', 'failed'], repo: 'acme/api', q: undefined })
    expect(ledger.inputs('listTasks')).toEqual([{ status: 'running,failed', repo: 'acme/api' }])
  })

  test('gives a refusal back with its code, its sentence and its facts', async () => {
    ledger.on({ getTask: () => problem('lease_conflict', 'held by worker-2', { holder: 'worker-2' }) })
    const error = await errorOf(clientOf().call('getTask', { taskId: 't' }))
    expect(error.code).toBe('lease_conflict')
    expect(error.message).toBe('held by worker-2')
    expect(error.facts).toMatchObject({ holder: 'worker-2', requestId: 'request-1' })
  })

  test('tells how long Retry-After asks to wait, in seconds and as a date', async () => {
    ledger.on({ getTask: () => problem('unavailable', 'busy', {}, { 'retry-after': '2' }) })
    expect((await errorOf(clientOf().call('getTask', { taskId: 't' }))).facts.retryAfterMs).toBe(2000)
    const date = new Date(Date.now() + 60_000).toUTCString()
    ledger.on({ getTask: () => problem('unavailable', 'busy', {}, { 'retry-after': date }) })
    const { facts } = await errorOf(clientOf().call('getTask', { taskId: 't' }))
    expect(facts.retryAfterMs).toBeGreaterThan(50_000)
  })

  test('says in one sentence that nothing listens there', async () => {
    const gone = await startFakeLedger()
    await gone.stop()
    const error = await errorOf(clientOf(gone.url).call('getTask', { taskId: 't' }))
    expect(error.code).toBe('unavailable')
    expect(error.message).toBe(`${gone.url} cannot be reached: nothing listens there`)
  })

  test('takes a connection that broke off for unavailable', async () => {
    ledger.on({ getTask: () => LOST })
    const error = await errorOf(clientOf().call('getTask', { taskId: 't' }))
    expect(error.code).toBe('unavailable')
    expect(error.message).toContain('the connection broke off')
  })

  test('gives up an answer that does not come', async () => {
    ledger.on({ getTask: () => SILENT })
    const error = await errorOf(clientOf().call('getTask', { taskId: 't' }, { timeoutMs: 50 }))
    expect(error.message).toBe(`${ledger.url} did not answer within 0.05 s`)
  })

  test('rejects with the reason of the signal when it was aborted', async () => {
    ledger.on({ getTask: () => SILENT })
    const aborter = new AbortController()
    const call = clientOf().call('getTask', { taskId: 't' }, { signal: aborter.signal, timeoutMs: 5000 })
    aborter.abort(new Error('not wanted any more'))
    await expect(call).rejects.toThrow('not wanted any more')
  })

  test.each([
    ['a page', { status: 200, body: '<html>hello</html>' }],
    ['a page of a proxy', { status: 502, body: '<html>bad gateway</html>' }],
    ['another JSON service', { status: 200, body: '{"hello": 1}' }],
    ['a 404 of another server', { status: 404, body: 'not found' }],
  ])('asks whether the address is right when %s answers', async (_, raw) => {
    ledger.on({ getTask: () => raw })
    const error = await errorOf(clientOf().call('getTask', { taskId: 't' }))
    expect(error.code).toBe('unavailable')
    expect(error.message).toContain('is ROLLCALL_URL right?')
  })

  test('names the address that a redirect leads to instead of following it', async () => {
    ledger.on({ getTask: () => ({ status: 308, headers: { location: 'https://else/' }, body: '' }) })
    const error = await errorOf(clientOf().call('getTask', { taskId: 't' }))
    expect(error.message).toContain('redirects to https://else/: set ROLLCALL_URL')
  })

  test('takes a code that it does not know for the kind that its status stands for', async () => {
    const raw = problem('lease_conflict', 'no')
    ledger.on({ getTask: () => ({ ...raw, body: raw.body.replace('"lease_conflict"', '"brand_new"') }) })
    expect((await errorOf(clientOf().call('getTask', { taskId: 't' }))).code).toBe('invalid_transition')
  })

  test('gives the answer parsed', async () => {
    const task = taskRecord({ title: 'Fix login' })
    ledger.on({
      getTask: () => ({ task, attempts: [], session: null, compensations: [], lateReports: [], successorId: null }),
    })
    expect((await clientOf().call('getTask', { taskId: 't' })).task).toEqual(task)
  })
})
