/** What the server must not take: each is told what is wrong with it, nothing is written, and the log has one line of it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { taskOf, workerOf } from '../support/factories.ts'
import { DIALECTS } from '../support/ledger.ts'
import { type Begun, openStage } from '../support/stage.ts'

/** `{task}` and `{worker}` in a path stand for one of each that is there. */
type Case = [what: string, method: string, path: string, body?: unknown]

const TASKS = '/api/v1/tasks'
const task = (what: string, changes: object): Case => [what, 'POST', TASKS, { ...taskOf(), ...changes }]
const worker = (what: string, changes: object): Case => [what, 'POST', '/api/v1/workers', { ...workerOf(), ...changes }]
const write = (what: string, path: string, fields: object): Case => [
  what,
  'POST',
  `/api/v1/tasks/{task}/${path}`,
  { workerId: 'worker-1', attempt: 1, ...fields },
]
const message = (changes: object) => ({
  messages: [{ id: 'message-1', stream: 'stdout', sequence: 1, data: 'x', ...changes }],
})
const claim = (what: string, fields: object): Case => [
  what,
  'POST',
  '/api/v1/claims',
  { workerId: 'worker-1', requestId: 'request-1', ...fields },
]
const ask = (what: string, query: string, path = TASKS): Case => [what, 'GET', `${path}?${query}`]
const read = (what: string, id: string): Case => [what, 'GET', `/api/v1/tasks/${id}`]
const cursor = (...values: unknown[]) => `cursor=${Buffer.from(JSON.stringify(values)).toString('base64url')}`
const nested = (levels: number) => `{"title":"x","payload":${'['.repeat(levels)}${']'.repeat(levels)}}`

const BODIES: readonly Case[] = [
  ['broken JSON', 'POST', TASKS, '{"title":'],
  ['no body at all', 'POST', TASKS],
  ['an array', 'POST', TASKS, [taskOf()]],
  ['null', 'POST', TASKS, 'null'],
  ['a string', 'POST', TASKS, '"Fix login"'],
  ['a number', 'POST', TASKS, '42'],
  ['bytes that are no UTF-8', 'POST', TASKS, Buffer.from([...Buffer.from('{"title":"'), 0xff, 0x22, 0x7d])],
  ['nesting past any sense', 'POST', TASKS, nested(100_000)],
  ['nesting past what a database takes', 'POST', TASKS, nested(1200)],
  ['a prototype', 'POST', TASKS, '{"title":"x","__proto__":{"agent":"coder"}}'],
  ['fields in the query of a write', 'POST', `${TASKS}?title=x`, taskOf()],
]

const FIELDS: readonly Case[] = [
  task('an unknown field', { colour: 'red' }),
  task('an unknown field inside another', { start: { workerId: 'worker-1', force: true } }),
  task('no title', { title: undefined }),
  task('an empty title', { title: '' }),
  task('a title of a wrong type', { title: 7 }),
  task('a title of several lines', { title: 'Fix\nlogin' }),
  task('a very long title', { title: 'x'.repeat(501) }),
  task('null where a text may be left out', { repo: null }),
  task('an id with a control character', { id: 'a\u0007b' }),
  task('an id with a NUL', { id: 'a\u0000b' }),
  task('an id with a slash', { id: 'a/b' }),
  task('an id with a space', { id: 'a b' }),
  task('an id that begins with a dot', { id: '..' }),
  task('an id of other letters', { id: 'täsk' }),
  task('an empty id', { id: '' }),
  task('an id that is too long', { id: 'x'.repeat(129) }),
  task('negative retries', { maxRetries: -1 }),
  task('fractional retries', { maxRetries: 1.5 }),
  task('retries as text', { maxRetries: '1' }),
  task('a priority past all others', { priority: 101 }),
  task('an issue number that no column takes', { issueNumber: 2 ** 31 }),
  task('a timestamp without an offset', { notBefore: '2026-11-21T08:00:00' }),
  task('a day that does not exist', { notBefore: '2026-02-30T08:00:00Z' }),
  task('a date without a time', { notBefore: '2026-11-21' }),
  task('a timestamp as a number', { notBefore: 1_795_000_000_000 }),
  task('labels as a list', { labels: ['web'] }),
  task('a label without a name', { labels: { '': 'x' } }),
  task('a label of a wrong type', { labels: { team: 1 } }),
  task('too many labels', { labels: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`l${n}`, 'x'])) }),
  task('skills as a text', { requires: 'python' }),
  task('a skill with a comma', { requires: ['a,b'] }),
  task('a silence of no time', { progressTimeoutMs: 0 }),
  task('side effects in words', { sideEffects: 'yes' }),
  task('a strategy that there is not', { strategy: 'hope' }),
  ['a batch of nothing', 'POST', `${TASKS}/batch`, { tasks: [] }],
  ['a batch of too many', 'POST', `${TASKS}/batch`, { tasks: Array.from({ length: 1001 }, () => taskOf()) }],
  ['a batch with one bad part', 'POST', `${TASKS}/batch`, { tasks: [taskOf(), { title: 7 }] }],
  worker('no host', { host: undefined }),
  worker('a pid of zero', { pid: 0 }),
  worker('a pid that no system has', { pid: 2 ** 40 }),
  worker('a lease that is too short', { leaseMs: 4999 }),
  worker('a lease that is too long', { leaseMs: 3_600_001 }),
  worker('a heartbeat as long as the lease', { leaseMs: 10_000, heartbeatMs: 10_000 }),
  worker('a heartbeat as long as the lease that is given', { heartbeatMs: 30_000 }),
  worker('slots that are none', { slots: 0 }),
  worker('a name with an escape', { name: '\u001b[31mred' }),
  ['a heartbeat without what is held', 'POST', '/api/v1/workers/{worker}/heartbeats', {}],
  ['a heartbeat for attempt 0', 'POST', '/api/v1/workers/{worker}/heartbeats', { held: [{ taskId: 'a', attempt: 0 }] }],
  claim('a claim of nothing', { max: 0 }),
  claim('a claim of too much', { max: 1001 }),
  claim('a claim that waits too long', { waitMs: 30_001 }),
  claim('a claim that waits back', { waitMs: -1 }),
  claim('a claim without a request id', { requestId: undefined }),
  write('output of no attempt', 'output', { ...message({}), attempt: 0 }),
  write('no messages', 'output', { messages: [] }),
  write('a sequence of zero', 'output', message({ sequence: 0 })),
  write('a negative sequence', 'output', message({ sequence: -1 })),
  write('a message without an id', 'output', message({ id: '' })),
  write('a stream that there is not', 'output', message({ stream: 'stdin' })),
  write('a message that is too long', 'output', message({ data: 'x'.repeat(256 * 1024 + 1) })),
  write('a gap that ends before it begins', 'output', message({ sequence: 3, dropped: { from: 2, to: 1, bytes: 0 } })),
  write('a gap of negative size', 'output', message({ sequence: 3, dropped: { from: 1, to: 2, bytes: -1 } })),
  write('a gap that ends elsewhere', 'output', message({ sequence: 9, dropped: { from: 1, to: 2, bytes: 1 } })),
  write('negative turns', 'progress', { turns: -1 }),
  write('a negative cost', 'progress', { costUsd: -0.01 }),
  write('tokens in words', 'progress', { tokensIn: 'many' }),
  write('an outcome that there is not', 'completion', { messageId: 'message-1', outcome: 'done' }),
  write('an outcome without a message id', 'completion', { outcome: 'success' }),
  write('an exit code that no process has', 'completion', { messageId: 'm', outcome: 'failed', exitCode: 256 }),
  write('an error without a class', 'completion', { messageId: 'm', outcome: 'failed', error: { message: 'x' } }),
  [
    'a session with a control character',
    'PUT',
    '/api/v1/tasks/{task}/session',
    { workerId: 'w', attempt: 1, sessionId: '\n' },
  ],
  ['an act without a reason', 'POST', '/api/v1/tasks/{task}/failure', {}],
  ['an act with an empty reason', 'POST', '/api/v1/tasks/{task}/cancellation', { reason: '' }],
  ['a reassignment held back in time', 'POST', '/api/v1/tasks/{task}/reassignment', { reason: 'x', holdMs: -1 }],
  ['an empty note', 'POST', '/api/v1/tasks/{task}/notes', { text: '' }],
  ['a note that is too long', 'POST', '/api/v1/tasks/{task}/notes', { text: 'x'.repeat(4001) }],
  ['a field that stands in the path', 'POST', '/api/v1/tasks/{task}/notes', { taskId: 'other', text: 'x' }],
  ['a token for a role that there is not', 'POST', '/api/v1/tokens', { name: 'x', role: 'root' }],
  ['an unknown field of a goodbye', 'DELETE', '/api/v1/workers/{worker}', { force: true }],
  ['a goodbye in body and query', 'DELETE', '/api/v1/workers/{worker}?reason=x', { reason: 'x' }],
]

const PATHS: readonly Case[] = [
  read('an id with an encoded slash', 'a%2Fb'),
  read('an id that climbs', '..%2f..%2fetc'),
  read('an id with an encoded NUL', 'a%00'),
  read('an id with an encoded line end', 'a%0d%0aset-cookie:x'),
  read('an id with an encoded space', 'a%20b'),
  read('an id in broken encoding', '%zz'),
  read('an id in an encoding of no text', '%ff'),
  read('an id that is encoded twice', '%2561'),
  read('an id of a prototype', '__proto__'),
  read('an id that is too long', 'x'.repeat(129)),
  read('no id', ''),
]

const QUERIES: readonly Case[] = [
  ask('an unknown filter', 'colour=red'),
  ask('a filter that is given twice', 'repo=a&repo=b'),
  ask('a filter by a prototype', '__proto__=x'),
  ask('an unknown status', 'status=queued,lost'),
  ask('a page of nothing', 'limit=0'),
  ask('a page that is too large', 'limit=501'),
  ask('a page of no number', 'limit=ten'),
  ask('a page of a part', 'limit=1.5'),
  ask('a page of nothing said', 'limit='),
  ask('an instant without an offset', 'since=2026-11-21T08:00:00'),
  ask('an offset whose plus was not encoded', 'since=2026-11-21T08:00:00+05:30'),
  ask('an issue of zero', 'issue=0'),
  ask('an id that is none', 'id=a,b%20c'),
  ask('broken encoding', 'q=%zz'),
  ask('an encoding of no text', 'q=%ff'),
  ask('a cursor that is none', 'cursor=zzz'),
  ask('a cursor of another list', cursor('workers', 1, 'a')),
  ask('a cursor of another shape', cursor('tasks', 'a', 1)),
  ask('a cursor that is short', cursor('tasks', 1)),
  ask('a cursor with a NUL', cursor('tasks', 1, 'a\u0000')),
  ask('a cursor between the numbers', cursor('tasks', 1.5, 'a')),
  ask('a cursor past the numbers', cursor('tasks', 1e300, 'a')),
  ask('a forged cursor of events', cursor('events', 'a'), '/api/v1/tasks/{task}/events'),
  ask('a cursor of tasks for events', cursor('tasks', 1, 'a'), '/api/v1/tasks/{task}/events'),
  ask('a forged cursor of workers', cursor('workers', 'a', 'b'), '/api/v1/workers'),
  ask('a forged cursor of sessions', cursor('sessions', 1, 2), '/api/v1/sessions'),
  ask('a forged cursor of incidents', cursor('incidents', null), '/api/v1/incidents'),
  ask('a forged cursor of recovery runs', cursor('recovery runs', 1), '/api/v1/recovery-runs'),
  ask('a forged cursor of tokens', cursor('tokens', 5), '/api/v1/tokens'),
  ask('output of no attempt', 'attempt=0', '/api/v1/tasks/{task}/output'),
  ask('output after what was never', 'after=-1', '/api/v1/tasks/{task}/output'),
  ask('output of a stream that there is not', 'stream=stdin', '/api/v1/tasks/{task}/output'),
  ask('events after what is no event', 'after=yesterday', '/api/v1/events/stream'),
  ask('events of what is no task', 'task=a%2Fb', '/api/v1/events/stream'),
]

describe.each(DIALECTS)('the server, on %s', (dialect) => {
  const open = openStage(dialect)
  let there: Begun
  let before: Record<string, unknown>
  beforeAll(async () => {
    there = await open().begin()
    before = await open().everything()
  })

  it.each<Case>([...BODIES, ...FIELDS, ...PATHS, ...QUERIES])('refuses %s', async (_what, method, path, body) => {
    const { server, everything } = open()
    const logged = server.output().length
    const place = path.replace('{task}', there.task.id).replace('{worker}', there.worker.id)
    const reply = await server.call(method, place, body)
    expect(reply.body).toMatchObject({ code: 'validation', status: 400, detail: expect.stringMatching(/^.{10,}$/) })
    expect(reply.status).toBe(400)
    expect(await everything()).toEqual(before)
    const line = await eventually(
      'its line in the log',
      () => server.output().includes(String(reply.body.requestId)) && server.output().slice(logged).trim(),
    )
    expect(line.split('\n')).toEqual([expect.stringMatching(/^rollcall: validation at /)])
  })

  it.each([
    ['GET', '/api/v1/nothing'],
    ['GET', '/api/v1'],
    ['GET', '/api/v1/tasks/a/b/c'],
    ['POST', '/healthz'],
    ['PATCH', '/api/v1/tasks'],
    ['DELETE', '/api/v1/tasks'],
  ])('tells that there is no %s %s', async (method, path) => {
    const { server } = open()
    const reply = await server.call(method, path, method === 'GET' ? undefined : {})
    expect(reply.body).toMatchObject({
      code: 'not_found',
      status: 404,
      detail: expect.stringContaining('openapi.json'),
    })
  })

  it('reads a filter to its end, whatever signs are in it', async () => {
    const stage = open()
    const title = `Is a?b=c&d+e 100%? (${dialect})`
    const { id } = await stage.create({ title })
    const query = new URLSearchParams({ q: 'a?b=c&d+e' })
    for (const written of [`${query}`, `q=a?b=c%26d%2be`]) {
      const reply = await stage.server.call('GET', `${TASKS}?${written}`)
      expect(reply.body).toMatchObject({ tasks: [{ id, title }] })
    }
  })
})
