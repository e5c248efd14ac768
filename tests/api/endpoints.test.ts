/** Every endpoint, over HTTP: its success is what the contract says it is, to the last field. */
import { describe, expect, it } from 'vitest'
import { ENDPOINTS, type Endpoint, type EndpointName } from '#lib/contract.ts'
import { type CallName, requestOf } from '#lib/worker/client.ts'
import { listen } from '../support/events.ts'
import { EXAMPLES } from '../support/examples.ts'
import { DIALECTS } from '../support/ledger.ts'
import { openStage } from '../support/stage.ts'

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const NAMES = Object.keys(ENDPOINTS) as EndpointName[]

describe.each(DIALECTS)('the API, on %s', (dialect) => {
  const open = openStage(dialect)

  it.each(NAMES.filter(isCall))('answers %s as the contract says', async (name) => {
    const stage = open()
    const endpoint: Endpoint = ENDPOINTS[name]
    const input = await EXAMPLES[name](stage, stage.admin)
    // Each example is of its own endpoint, which a lookup by a union of names cannot tell.
    const { method, path, body } = requestOf(endpoint, input as Record<string, unknown>)
    const reply = await stage.server.call(method, path, body)
    expect(reply.body).toEqual(endpoint.output.parse(reply.body))
    expect(reply.status).toBe(endpoint.status)
    expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(instantsOf(reply.body).filter((text) => !INSTANT.test(text))).toEqual([])
  })

  it('answers streamEvents as the contract says', async () => {
    const stage = open()
    const stream = await listen(stage.server)
    expect(stream.status).toBe(ENDPOINTS.streamEvents.status)
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const task = await stage.create()
    const [message] = await stream.until(({ event }) => event.taskId === task.id)
    expect(ENDPOINTS.streamEvents.output.parse(message?.event)).toEqual(message?.event)
    expect(message).toMatchObject({ id: message?.event.id, type: message?.event.type })
    expect(instantsOf(message?.event).filter((text) => !INSTANT.test(text))).toEqual([])
    stream.close()
  })

  it.each(['/healthz', '/readyz', '/api/v1/tasks', '/api/v1/events/stream'])(
    'answers HEAD %s with the head of a GET, and at once',
    async (path) => {
      const { status, body } = await open().server.call('HEAD', path)
      expect({ status, body }).toEqual({ status: 200, body: '' })
    },
  )

  it('takes an instant with any offset and keeps it in UTC', async () => {
    const stage = open()
    const task = await stage.create({ notBefore: '2031-03-01T00:15:00.5+05:30' })
    expect(task.notBefore).toBe('2031-02-28T18:45:00.500Z')
    const [row] = await stage.sql('SELECT not_before FROM task_history WHERE id = $1', [task.id])
    expect(Number(row?.not_before)).toBe(Date.UTC(2031, 1, 28, 18, 45, 0, 500))
  })

  it('pages through a list without a gap or a double', async () => {
    const stage = open()
    const repo = `acme/pages-${dialect}`
    const created = []
    for (let count = 0; count < 7; count += 1) created.push((await stage.create({ repo })).id)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await stage.admin.call('listTasks', { repo, limit: 3, ...(cursor ? { cursor } : {}) })
      seen.push(...page.tasks.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen.toSorted()).toEqual(created.toSorted())
  })
})

describe('the examples', () => {
  it('leave out no endpoint', () => {
    expect(Object.keys(EXAMPLES).toSorted()).toEqual(NAMES.filter(isCall).toSorted())
  })
})

function isCall(name: EndpointName): name is CallName {
  return name !== 'streamEvents' && name !== 'metrics'
}

/** Every text in an answer that begins like an instant. */
function instantsOf(value: unknown): string[] {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT/.test(value) ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(instantsOf) : []
}
