/** What an attacker sends to the API: each is refused, changes nothing, and the server answers the next one. */
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { ENDPOINTS, type EndpointName } from '#lib/contract.ts'
import { freshId } from '../support/factories.ts'
import { importExample } from '../support/import-example.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { head, openWire } from '../support/wire.ts'

const open = openStage('sqlite', { env: { ROLLCALL_REQUEST_TIMEOUT_MS: '1000' } })

afterEach(async () => {
  const { status, body } = await open().server.call('GET', '/healthz', undefined, null)
  expect([status, body]).toEqual([200, { status: 'ok' }])
  expect(await open().sql('SELECT COUNT(*) AS count FROM sqlite_master WHERE name = $1', ['task_history'])).toEqual([
    { count: 1 },
  ])
})

const HOSTILE = `'); DROP TABLE task_history; --<script>alert(1)</script><img src=x onerror=alert(1)>"%00\${7*7}`

describe('text that is SQL or HTML', () => {
  it('is kept as it is in every text field of a task, its output and its notes', async () => {
    const stage = open()
    const about = { title: HOSTILE, repo: HOSTILE, user: HOSTILE, agent: HOSTILE, model: HOSTILE, provider: HOSTILE }
    const { task, ref } = await stage.begin({ ...about, payload: { [HOSTILE]: HOSTILE }, labels: { team: HOSTILE } })
    expect(task).toMatchObject(about)
    const messages = [{ id: freshId('message'), stream: 'stdout' as const, sequence: 1, data: HOSTILE }]
    await stage.admin.call('appendOutput', { ...ref, messages })
    await stage.admin.call('noteTask', { taskId: task.id, text: HOSTILE })
    const { chunks } = await stage.admin.call('readOutput', { taskId: task.id })
    expect(chunks.map(({ data }) => data)).toEqual([HOSTILE])
    const { events } = await stage.admin.call('listEvents', { taskId: task.id })
    expect(events.map(({ reason }) => reason)).toContain(HOSTILE)
  })

  it.each(['q', 'repo', 'agent', 'worker', 'user', 'label'])(
    'finds nothing it should not as the filter %s',
    async (field) => {
      const { status, body } = await open().server.call(
        'GET',
        `/api/v1/tasks?${field}=${encodeURIComponent("' OR 1=1 --")}`,
      )
      expect([status, body]).toMatchObject([200, { tasks: [] }])
    },
  )

  it.each(['../../etc/passwd', 'a\r\nset-cookie: x=y', 'a/b', '%2e%2e'])('is refused as an id: %j', async (id) => {
    const stage = open()
    expect((await stage.server.call('POST', '/api/v1/tasks', { id, title: 'x' })).status).toBe(400)
    const { status, headers } = await stage.server.call('GET', `/api/v1/tasks/${encodeURIComponent(id)}`)
    expect([404, 400]).toContain(status)
    expect(headers.get('set-cookie')).toBeNull()
  })
})

describe('an import', () => {
  it.each(['../../etc/passwd', '..\\..\\x', '/etc/passwd', 'a\u0000b'])('takes no task of the id %j', async (id) => {
    const { server } = open()
    const { status } = await server.call('POST', '/api/v1/imports', { tasks: [{ ...importExample(), id }] })
    expect(status).toBe(400)
  })
})

describe('a cursor', () => {
  const lists = (Object.keys(ENDPOINTS) as EndpointName[]).filter((name) => {
    const { method, path, input } = ENDPOINTS[name]
    return method === 'GET' && !path.includes('{') && input.safeParse({ cursor: 'x' }).success
  })
  const forged = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url')
  const CURSORS = ['x', forged('tasks', "1' OR '1'='1", 'x'), forged('nowhere', 1, 'x'), forged({}), 'x'.repeat(900)]

  it('is taken by every list', () => {
    expect(lists).toEqual(expect.arrayContaining(['listTasks', 'listAudit', 'listTokens', 'listOperations']))
  })

  it.each(lists)('that somebody made is refused by %s', async (name) => {
    for (const cursor of CURSORS) {
      const { status } = await open().server.call('GET', `${ENDPOINTS[name].path}?cursor=${cursor}`)
      expect([cursor.slice(0, 20), status]).toEqual([cursor.slice(0, 20), 400])
    }
  })
})

describe('a bomb', () => {
  it.each(['(a+)+$', '^(([a-z])+.)+[A-Z]([a-z])+$', '%'.repeat(200), '_%'.repeat(100), '\\'.repeat(199)])(
    'of a pattern is only text to a search: %j',
    async (q) => {
      const stage = open()
      await stage.create({ title: 'a'.repeat(500) })
      const startedAt = performance.now()
      const { status } = await stage.server.call('GET', `/api/v1/tasks?q=${encodeURIComponent(q)}`)
      expect(status).toBe(200)
      expect(performance.now() - startedAt).toBeLessThan(5000)
    },
  )

  it('of compressed zeros is refused without being unpacked', async () => {
    const { server } = open()
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
    for (const encoding of ['gzip', 'x-gzip', 'deflate', 'br', 'gzip, gzip']) {
      const response = await fetch(`${server.url}/api/v1/tasks`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.adminToken}`, 'content-encoding': encoding },
        body: bomb,
      })
      expect([encoding, response.status]).toEqual([encoding, 400])
      expect(await response.json()).toMatchObject({ code: 'validation', detail: expect.stringContaining(encoding) })
    }
  })

  it('of a body past the limit is refused', async () => {
    const { status } = await open().server.call('POST', '/api/v1/tasks', Buffer.alloc(2 * 1024 * 1024, 'x'))
    expect(status).toBe(413)
  })
})

describe('a slow sender', () => {
  it.each([
    ['headers', () => 'POST /api/v1/tasks HTTP/1.1\r\nhost: x\r\nx-slow: '],
    ['a body', (token: string) => `${head('POST', '/api/v1/tasks', { token, length: 500 })}{"title":`],
  ])('of %s is cut off, and holds nobody up meanwhile', async (_what, begin) => {
    const { server, create } = open()
    const wires = await Promise.all(Array.from({ length: 50 }, () => openWire(server)))
    for (const wire of wires) wire.write(begin(server.adminToken))
    expect((await create()).status).toBe('queued')
    await Promise.all(wires.map((wire) => wire.closed))
    expect(wires.map((wire) => wire.received()).filter((text) => / 20\d /.test(text))).toEqual([])
  })
})

describe('the pace', () => {
  const hasty = openStage('sqlite', { env: { ROLLCALL_CONFIG: 'tests/support/hasty.json' } })
  const times = (count: number, ask: () => Promise<{ status: number }>) =>
    Promise.all(Array.from({ length: count }, ask))
  const byStatus = (answers: readonly { status: number }[]) => [...new Set(answers.map(({ status }) => status))].sort()

  it('of one token is held, with the time to wait, and no other token feels it', async () => {
    const stage: Stage = hasty()
    const { secret } = await stage.mint('viewer')
    const other = await stage.mint('viewer')
    const ask = () => stage.server.call('GET', '/api/v1/workers', undefined, secret)
    expect(byStatus(await times(200, ask))).toEqual([200, 429])
    const refused = (await times(100, ask)).find(({ status }) => status === 429)
    expect(refused).toMatchObject({ body: { code: 'rate_limited' } })
    expect(Number((refused as { headers?: Headers } | undefined)?.headers?.get('retry-after'))).toBeGreaterThan(0)
    expect((await stage.server.call('GET', '/api/v1/workers', undefined, other.secret)).status).toBe(200)
  })

  it('of an address that guesses tokens, or asks for pages, is held', async () => {
    const { server } = hasty()
    const guess = () => server.call('GET', '/api/v1/workers', undefined, freshId('rc_guess'))
    expect(byStatus(await times(100, guess))).toEqual([401, 429])
    const look = async () => ({ status: (await fetch(`${server.url}/sign-in`)).status })
    expect(byStatus(await times(60, look))).toEqual([200, 429])
    expect((await server.call('GET', '/api/v1/workers')).status).toBe(200)
  })
})
