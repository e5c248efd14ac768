/** What agents wrote and were given is in no log line, event, or answer to a viewer: a marker is planted, and looked for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENDPOINTS, type Endpoint } from '#lib/contract.ts'
import { VALUES_OF } from '#lib/task/terms.ts'
import type { Ref } from '../support/factories.ts'
import { cookieHeader, openSignIns, type SignIns } from '../support/sign-ins.ts'
import { type Minted, openStage } from '../support/stage.ts'

const MARKER = 'marker-5f2c'
const PAGES = ['/', '/tasks', '/recovery', '/workers', '/sessions', '/operations']

/** The lists there are, and everything that belongs to one task. */
function readsOf(taskId: string): string[] {
  const reads = Object.values(ENDPOINTS as Record<string, Endpoint>).filter(
    ({ method, access }) => method === 'GET' && access === 'viewer',
  )
  return reads
    .map(({ path }) => path.replace('/tasks/{id}', `/tasks/${taskId}`).replace('{attempt}', '1').replace('{turn}', '1'))
    .filter((path) => !path.includes('{') && !path.endsWith('/stream'))
    .flatMap((path) => (path.endsWith('/task-values') ? VALUES_OF.map((of) => `${path}?of=${of}`) : [path]))
}

describe('what agents wrote and were given', () => {
  const open = openStage()
  let signIns: SignIns
  let viewer: Minted
  let ref: Ref

  beforeAll(async () => {
    const stage = open()
    signIns = await openSignIns(stage.server.databaseUrl)
    viewer = await stage.mint('viewer')
    ref = (await stage.begin({ payload: { prompt: MARKER }, maxRetries: 1 })).ref
    const error = { class: 'ToolError', message: `it said ${MARKER}` }
    const message = { id: 'm-1', stream: 'stdout', sequence: 1, data: `${MARKER}\n` } as const
    await stage.admin.call('appendOutput', { ...ref, messages: [message] })
    await stage.admin.call('saveCheckpoint', { ...ref, turn: 1, state: { messages: [MARKER] } })
    await stage.admin.call('finishAttempt', { ...ref, messageId: 'end-1', outcome: 'failed', error })
    const late = { ...ref, messageId: 'late-1', outcome: 'success', artifacts: { diff: MARKER }, error } as const
    await stage.admin.call('finishAttempt', late).catch(() => {})
  })
  afterAll(() => signIns?.close())

  it('reach an operator, so that there is something to hide', async () => {
    const { server } = open()
    const seen = await Promise.all(readsOf(ref.taskId).map((path) => server.call('GET', path)))
    const shown = seen.filter(({ body }) => JSON.stringify(body).includes(MARKER))
    expect(shown.length).toBeGreaterThanOrEqual(4)
  })

  it('are in no answer to a viewer', async () => {
    const paths = readsOf(ref.taskId)
    expect(paths.length).toBeGreaterThan(12)
    for (const path of paths) {
      const { status, body } = await open().server.call('GET', path, undefined, viewer.secret)
      expect(status, path).toBe(200)
      expect(JSON.stringify(body), path).not.toContain(MARKER)
    }
  })

  it('are on no page that a viewer opens', async () => {
    const headers = cookieHeader(await signIns.withToken(viewer.secret))
    for (const path of [...PAGES, `/tasks/${ref.taskId}`]) {
      const response = await fetch(open().server.url + path, { headers })
      expect(response.status, path).toBe(200)
      expect(await response.text(), path).not.toContain(MARKER)
    }
  })

  it('are in no event, whoever reads it', async () => {
    const { events } = await open().admin.call('listEvents', { taskId: ref.taskId })
    expect(events.length).toBeGreaterThanOrEqual(4)
    expect(JSON.stringify(events)).not.toContain(MARKER)
  })

  it('are in no line that the server logs', () => {
    expect(open().server.output()).toContain('listening')
    expect(open().server.output()).not.toContain(MARKER)
  })
})
