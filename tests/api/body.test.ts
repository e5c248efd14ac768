/** Bodies that are too large, cut, or sent oddly: a clear answer, nothing written, and a connection that goes on. */
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { taskOf } from '../support/factories.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { chunk, head, LAST_CHUNK, openWire } from '../support/wire.ts'

const MIB = 2 ** 20
const PATH = '/api/v1/tasks'

/** A task in exactly so many bytes. */
function bodyOf(bytes: number): Buffer {
  const empty = JSON.stringify({ title: 'Fix login', payload: '' })
  return Buffer.from(JSON.stringify({ title: 'Fix login', payload: 'x'.repeat(bytes - empty.length) }))
}

async function countTasks({ sql }: Stage): Promise<number> {
  const [row] = await sql('SELECT COUNT(*) AS count FROM task_history')
  return Number(row?.count)
}

describe('a body', () => {
  const open = openStage()

  it('may have a MiB, and not a byte more', async () => {
    const { server } = open()
    expect((await server.call('POST', PATH, bodyOf(MIB))).status).toBe(201)
    const refused = await server.call('POST', PATH, bodyOf(MIB + 1))
    expect(refused.body).toMatchObject({ code: 'payload_too_large', status: 413, limitBytes: MIB })
  })

  it.each([
    ['with its length', true],
    ['in chunks without a length', false],
  ])('of 2 MiB is refused when it is sent %s, and the connection goes on', async (_how, hasLength) => {
    const stage = open()
    const before = await countTasks(stage)
    const token = stage.server.adminToken
    const big = bodyOf(2 * MIB)
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const wire = await openWire(stage.server)
        wire.write(head('POST', PATH, hasLength ? { token, length: big.length } : { token }))
        for (let start = 0; start < big.length; start += 65_536) {
          const part = big.subarray(start, start + 65_536)
          wire.write(hasLength ? part : chunk(part))
        }
        if (!hasLength) wire.write(LAST_CHUNK)
        expect(await wire.untilAnswered()).toEqual([413])
        expect(wire.received()).toContain('application/problem+json')
        const next = Buffer.from(JSON.stringify(taskOf()))
        wire.write(head('POST', PATH, { token, length: next.length }))
        wire.write(next)
        expect(await wire.untilAnswered(2)).toEqual([413, 201])
        wire.socket.destroy()
      }),
    )
    expect(await countTasks(stage)).toBe(before + 20)
  })

  it('of 2 MiB from somebody without a token is refused for that', async () => {
    const { server } = open()
    const big = bodyOf(2 * MIB)
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const wire = await openWire(server)
        wire.write(head('POST', PATH, { length: big.length }))
        wire.write(big)
        const answered = await wire.untilAnswered()
        wire.socket.destroy()
        return answered
      }),
    )
    expect(statuses.flat()).toEqual(statuses.map(() => 401))
  })

  it('that never ends is cut off', async () => {
    const { server } = open()
    const wire = await openWire(server)
    wire.write(head('POST', PATH, { token: server.adminToken }))
    const part = chunk(Buffer.alloc(65_536, 0x20))
    const timer = setInterval(() => {
      for (let count = 0; count < 32 && !wire.socket.destroyed; count += 1) wire.write(part)
    }, 5)
    await wire.closed
    clearInterval(timer)
    expect(wire.statuses()).toEqual([413])
    expect((await server.call('GET', '/healthz')).status).toBe(200)
  })

  it('that breaks off half way writes nothing', async () => {
    const stage = open()
    const before = await stage.everything()
    const body = Buffer.from(JSON.stringify(taskOf()))
    const logged = stage.server.output().length
    const wire = await openWire(stage.server)
    wire.write(head('POST', PATH, { token: stage.server.adminToken, length: body.length }))
    wire.write(body.subarray(0, 10))
    wire.socket.end()
    await wire.closed
    expect(await stage.everything()).toEqual(before)
    expect(stage.server.output().slice(logged).trim().split('\n').length).toBeLessThanOrEqual(1)
  })

  it('is read whole where its chunks cut a letter in two', async () => {
    const { server } = open()
    const title = 'Für 你好 👩‍👩‍👧'
    const body = Buffer.from(JSON.stringify({ title }))
    const wire = await openWire(server)
    wire.write(head('POST', PATH, { token: server.adminToken }))
    for (const byte of body) wire.write(chunk(Buffer.from([byte])))
    wire.write(LAST_CHUNK)
    await wire.untilAnswered()
    expect(Buffer.from(wire.received(), 'latin1').toString('utf8')).toContain(`"title":"${title}"`)
    wire.socket.destroy()
  })

  it('that is no HTTP at all harms nobody', async () => {
    const { server } = open()
    const wire = await openWire(server)
    wire.write('\u0016\u0003\u0001 hello\r\n\r\n')
    await wire.closed
    expect(wire.statuses()).toEqual([400])
    await eventually('the server answers others', async () => (await server.call('GET', '/healthz')).status === 200)
  })
})
