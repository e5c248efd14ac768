/** A server from its first start to its end: the link it prints, the tokens it is given, and how it stops. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listen } from '../support/events.ts'
import { eventually } from '../support/eventually.ts'
import { freshId, taskOf } from '../support/factories.ts'
import { removeFolder } from '../support/folders.ts'
import { freePort, type Server, startServer, stopServers, untilListening } from '../support/server.ts'
import { toStage } from '../support/stage.ts'
import { openWire } from '../support/wire.ts'

const STOPPED_WITHIN_MS = 5000
/** Most of these start several servers, each of which has a limit of its own. */
const SEVERAL_STARTS = { timeout: 60_000 }
const LINK = /^ {4}(http:\/\/\S+\/join\/[\w-]{43})$/m

let folder: string
let databaseUrl: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-life-'))
  databaseUrl = `file:${join(folder, 'data', 'rollcall.db')}`
})
afterEach(async () => {
  await stopServers()
  removeFolder(folder)
})

/** How a start without a token in the environment is done. */
const withoutToken = () => startServer({ databaseUrl, env: { ROLLCALL_ADMIN_TOKEN: undefined } })

describe('a first start without a token', SEVERAL_STARTS, () => {
  const linkOf = (server: Server) => LINK.exec(server.output())?.[1] ?? ''
  const look = async (server: Server, link: string) => (await fetch(server.url + new URL(link).pathname)).text()

  it('prints a link for the first admin, and another one when it is started again', async () => {
    const server = await withoutToken()
    const first = linkOf(server)
    expect(server.output()).not.toMatch(/rc_/)
    expect(await look(server, first)).toContain('Become the first admin')
    await server.stop()

    const again = await withoutToken()
    expect(linkOf(again)).not.toBe('')
    expect(linkOf(again)).not.toBe(first)
    expect(await look(again, first)).toContain('This link opens nothing')
    expect(await look(again, linkOf(again))).toContain('Become the first admin')
  })

  it('prints none where an admin can come in', async () => {
    const withAdmin = await startServer({ databaseUrl })
    expect(linkOf(withAdmin)).toBe('')
    const { admin } = toStage(withAdmin)
    const { token } = await admin.call('createToken', { name: 'left over', role: 'viewer' })
    await withAdmin.stop()

    const again = await withoutToken()
    expect(linkOf(again)).toBe('')
    const own = { tokenId: 'environment', reason: 'members come in by themselves' }
    await toStage(again).admin.call('revokeToken', own)
    await again.stop()
    expect(token.role).toBe('viewer')
    expect(linkOf(await withoutToken())).not.toBe('')
  })
})

describe('the token of the environment', SEVERAL_STARTS, () => {
  it('is printed nowhere, and a new one takes the place of the old', async () => {
    const [old, next] = ['rc_the-old-admin-token', 'rc_the-new-admin-token']
    const server = await startServer({ databaseUrl, env: { ROLLCALL_ADMIN_TOKEN: old } })
    expect((await server.call('GET', '/api/v1/tokens', undefined, old)).status).toBe(200)
    expect(server.output()).not.toMatch(/rc_/)
    await server.stop()

    const again = await startServer({ databaseUrl, env: { ROLLCALL_ADMIN_TOKEN: next } })
    expect((await again.call('GET', '/api/v1/tokens', undefined, old)).status).toBe(401)
    const { body } = await again.call<{ tokens: unknown[] }>('GET', '/api/v1/tokens', undefined, next)
    expect(body.tokens).toMatchObject([{ id: 'environment', role: 'admin', revokedAt: null }])
    expect(again.output()).not.toMatch(/rc_/)
  })
})

describe('a server that is asked to stop', SEVERAL_STARTS, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s ends streams and waiting claims and exits 0', async (signal) => {
    const server = await startServer({ databaseUrl })
    const stage = toStage(server)
    const stream = await listen(server)
    const worker = await stage.hire()
    const claim = { workerId: worker.id, requestId: freshId('request'), waitMs: 30_000 }
    const waiting = stage.admin.call('claimTasks', claim, { timeoutMs: 40_000 })
    // A browser keeps connections open on which nothing happens.
    const idle = await openWire(server)
    await stage.create({ requires: [freshId('skill')] })
    await stream.until(({ event }) => event.type === 'task.created')

    const startedMs = performance.now()
    expect(await server.kill(signal)).toBe(0)
    expect(performance.now() - startedMs).toBeLessThan(STOPPED_WITHIN_MS)
    expect((await waiting).tasks).toEqual([])
    await Promise.all([stream.ended, idle.closed])
    expect(server.stderr()).toBe('')
  })

  it('is gone within ten seconds, by 0, with 50 streams, 50 waiting claims, pages and a sender who never ends', async () => {
    const server = await startServer({ databaseUrl })
    const stage = toStage(server)
    const streams = await Promise.all(Array.from({ length: 50 }, () => listen(server)))
    const workers = await Promise.all(Array.from({ length: 50 }, () => stage.hire()))
    const claims = workers.map(({ id }) => {
      const claim = { workerId: id, requestId: freshId('request'), waitMs: 30_000 }
      return stage.admin.call('claimTasks', claim, { timeoutMs: 40_000 })
    })
    const pages = Array.from({ length: 10 }, () => fetch(`${server.url}/sign-in`).then((page) => page.text()))
    await Promise.all(pages)
    const sender = await openWire(server)
    const head = ['POST /api/v1/tasks HTTP/1.1', 'host: x', `authorization: Bearer ${server.adminToken}`]
    sender.write([...head, 'content-length: 500', '', '{'].join('\r\n'))
    await stage.create({ requires: [freshId('skill')] })
    await Promise.all(streams.map((stream) => stream.until(({ event }) => event.type === 'task.created')))

    const startedMs = performance.now()
    expect(await server.kill('SIGTERM')).toBe(0)
    expect(performance.now() - startedMs).toBeLessThan(10_000)
    expect((await Promise.all(claims)).flatMap(({ tasks }) => tasks)).toEqual([])
    await Promise.all([...streams.map(({ ended }) => ended), sender.closed])
  })

  it('keeps every task whose creation it has answered', async () => {
    const server = await startServer({ databaseUrl })
    const tasks = Array.from({ length: 100 }, () => taskOf())
    const creating = tasks.map((task) => server.call('POST', '/api/v1/tasks', task).catch(() => undefined))
    await Promise.race(creating)
    expect(await server.kill('SIGTERM')).toBe(0)
    const replies = await Promise.all(creating)
    const created = tasks.filter((_task, index) => replies[index]?.status === 201).map(({ id }) => id)
    expect(created.length).toBeGreaterThan(0)

    const { admin } = toStage(await startServer({ databaseUrl }))
    const kept = await admin.call('listTasks', { limit: 500 })
    expect(kept.tasks.map(({ id }) => id)).toEqual(expect.arrayContaining(created))
  })

  it('stops before it listens, too', async () => {
    const server = await startServer({ databaseUrl, wait: false })
    expect(await server.kill('SIGTERM')).not.toBe(1)
    expect(server.output()).not.toMatch(/listening|\n\s+at /)
  })
})

describe('a server that boots', SEVERAL_STARTS, () => {
  it('lets requests wait until it has recovered, and answers them then', async () => {
    const port = await freePort()
    const server = await startServer({ databaseUrl, port, wait: false })
    const reply = await eventually('it takes a connection', () =>
      fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined),
    )
    expect(reply.status).toBe(200)
    await untilListening(server)
    expect(server.url).toBe(`http://127.0.0.1:${port}`)
  })
})
