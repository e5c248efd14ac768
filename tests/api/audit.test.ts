/** Over HTTP: each endpoint of an operator or an admin leaves one entry, whatever becomes of it, and no other does. */
import { describe, expect, it } from 'vitest'
import { ENDPOINTS, type Endpoint, type EndpointName } from '#lib/contract.ts'
import { type CallName, requestOf } from '#lib/worker/client.ts'
import { EXAMPLES } from '../support/examples.ts'
import { DIALECTS } from '../support/ledger.ts'
import { openStage, type Stage } from '../support/stage.ts'

const NAMES = (Object.keys(ENDPOINTS) as EndpointName[]).filter(
  (name): name is CallName => name !== 'streamEvents' && name !== 'metrics',
)
const QUEUING: readonly CallName[] = ['createTask', 'createTasks']
const isAct = (name: CallName) => {
  const { access, method }: Endpoint = ENDPOINTS[name]
  return method !== 'GET' && (access === 'operator' || access === 'admin' || QUEUING.includes(name))
}

async function entriesOf({ sql }: Stage, after = 0) {
  return sql('SELECT * FROM audit_log WHERE seq > $1 ORDER BY seq', [after])
}

async function callExample(stage: Stage, name: CallName, token?: string | null) {
  const input = await EXAMPLES[name](stage, stage.admin)
  const after = (await entriesOf(stage)).length
  // Each example is of its own endpoint, which a lookup by a union of names cannot tell.
  const { method, path, body } = requestOf(ENDPOINTS[name], input as Record<string, unknown>)
  const reply = await stage.server.call(method, path, body, token)
  return { reply, entries: await entriesOf(stage, after) }
}

describe.each(DIALECTS)('the audit log of a server, on %s', (dialect) => {
  const open = openStage(dialect)

  // The example of createTask starts at once: a report, see below.
  it.each(NAMES.filter((name) => isAct(name) && name !== 'createTask'))('tells of %s, done', async (name) => {
    const { reply, entries } = await callExample(open(), name)
    expect(reply.status).toBeLessThan(300)
    expect(entries).toMatchObject([{ action: name, actor_name: 'admin', via: 'api', result: 'done' }])
  })

  it.each(NAMES.filter(isAct))('tells of %s, forbidden to a viewer', async (name) => {
    const stage = open()
    const { secret, token } = await stage.mint('viewer')
    const { reply, entries } = await callExample(stage, name, secret)
    expect(reply.status).toBe(403)
    expect(entries).toMatchObject([{ action: name, actor_name: token.name, actor_id: token.id, result: 'forbidden' }])
  })

  it('tells nothing of what workers report and of what is only read', async () => {
    const stage = open()
    for (const name of NAMES.filter((name) => !isAct(name))) {
      expect((await callExample(stage, name)).entries.map(({ action }) => `${name}: ${action}`)).toEqual([])
    }
  })

  it('tells of a task that somebody puts into the queue, and not of one that a worker has or starts', async () => {
    const stage = open()
    const worker = stage.as((await stage.mint('worker')).secret)
    const own = await stage.hire()
    const after = (await entriesOf(stage)).length
    const start = { workerId: own.id }
    await worker.call('createTask', { title: 'a farm’s' })
    await stage.admin.call('createTask', { title: 'tracked', start })
    await stage.admin.call('createTasks', { tasks: [{ title: 'tracked too', start }] })
    expect(await entriesOf(stage, after)).toEqual([])
    const { task } = await stage.admin.call('createTask', { title: 'queued', payload: { prompt: 'mine' } })
    await stage.admin.call('createTasks', { tasks: [{ title: 'one' }, { title: 'another', start }] })
    const entries = await entriesOf(stage, after)
    expect(entries).toMatchObject([
      { action: 'createTask', target_kind: 'task', target_id: task.id, result: 'done' },
      { action: 'createTasks', result: 'done' },
    ])
    expect(entries.map((entry) => JSON.parse(String(entry.after)))).toEqual([
      expect.objectContaining({ title: 'queued', payload: '***' }),
      { tasks: '2 of them' },
    ])
  })

  it('tells nothing of a stranger', async () => {
    const { reply, entries } = await callExample(open(), 'cancelTask', 'rc_nobody')
    expect(reply.status).toBe(401)
    expect(entries).toEqual([])
  })

  it('never holds the secret of a token', async () => {
    const stage = open()
    const { secret } = await stage.mint('operator')
    expect(JSON.stringify(await entriesOf(stage))).not.toContain(secret)
  })

  it('lists by actor, action, target, result and way in, and holds', async () => {
    const stage = open()
    const task = await stage.create()
    await stage.admin.call('cancelTask', { taskId: task.id, reason: 'a duplicate' })
    const { entries } = await stage.admin.call('listAudit', { target: task.id })
    expect(entries).toMatchObject([
      { action: 'cancelTask', reason: 'a duplicate', result: 'done' },
      { action: 'createTask', before: null, result: 'done' },
    ])
    const first = await stage.admin.call('listAudit', { limit: 2, result: 'done', via: 'api' })
    const cursor = first.nextCursor ?? ''
    const second = await stage.admin.call('listAudit', { limit: 2, cursor })
    expect(second.entries[0]?.seq).toBeLessThan(first.entries.at(-1)?.seq ?? 0)
    expect((await stage.admin.call('listAudit', { actor: 'nobody' })).entries).toEqual([])
    expect(await stage.admin.call('verifyAudit', {})).toMatchObject({ ok: true, next: null })
  })
})
