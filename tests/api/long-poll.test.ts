/** Claims that wait: for work, for their time to be over, or for a client who is gone. */
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { freshId, taskOf } from '../support/factories.ts'
import { DIALECTS } from '../support/ledger.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { head, openWire } from '../support/wire.ts'

const SOON_MS = 1000

/** A skill that nobody else has, and a worker with it: tests share a ledger. */
async function alone(stage: Stage) {
  const skill = freshId('skill')
  return { requires: [skill], worker: await stage.hire({ skills: [skill] }) }
}

function claim({ admin }: Stage, workerId: string, waitMs: number, requestId = freshId('request')) {
  return admin.call('claimTasks', { workerId, requestId, waitMs }, { timeoutMs: 40_000 })
}

/** A claim whose answer nobody will read. */
async function claimOnWire({ server }: Stage, workerId: string, requestId: string, waitMs: number) {
  const wire = await openWire(server)
  const body = Buffer.from(JSON.stringify({ workerId, requestId, waitMs }))
  wire.write(head('POST', '/api/v1/claims', { token: server.adminToken, length: body.length }))
  wire.write(body)
  return wire
}

describe.each(DIALECTS)('a claim that waits, on %s', (dialect) => {
  const open = openStage(dialect)

  it('is answered at once when there is work', async () => {
    const stage = open()
    const { requires, worker } = await alone(stage)
    const { id } = await stage.create({ requires })
    const startedMs = performance.now()
    const { tasks } = await claim(stage, worker.id, 30_000)
    expect(tasks).toMatchObject([{ id, status: 'running', attempt: 1, resume: null }])
    expect(performance.now() - startedMs).toBeLessThan(SOON_MS)
  })

  it('is answered empty when its time is over, and not before', async () => {
    const stage = open()
    const { worker } = await alone(stage)
    const startedMs = performance.now()
    expect((await claim(stage, worker.id, 400)).tasks).toEqual([])
    const waitedMs = performance.now() - startedMs
    expect(waitedMs).toBeGreaterThanOrEqual(400)
    expect(waitedMs).toBeLessThan(400 + SOON_MS)
  })

  it('is answered as soon as work comes', async () => {
    const stage = open()
    const { requires, worker } = await alone(stage)
    const waiting = claim(stage, worker.id, 30_000)
    // Whatever comes first: the claim waits, or it is answered with what is there.
    await stage.admin.call('getWorker', { workerId: worker.id })
    const createdMs = performance.now()
    const { id } = await stage.create({ requires })
    expect((await waiting).tasks).toMatchObject([{ id }])
    expect(performance.now() - createdMs).toBeLessThan(SOON_MS)
  })

  it('is answered when work becomes due by the clock', async () => {
    const stage = open()
    const { requires, worker } = await alone(stage)
    const { id, notBefore } = await stage.create({ requires, notBefore: new Date(Date.now() + 1500).toISOString() })
    const { tasks } = await claim(stage, worker.id, 30_000)
    expect(tasks).toMatchObject([{ id }])
    const earlyMs = Date.parse(notBefore ?? '') - Date.parse(tasks[0]?.startedAt ?? '')
    expect(earlyMs).toBeLessThanOrEqual(0)
  })

  it('ends with its client, and the work goes to somebody who is there', async () => {
    const stage = open()
    const { requires, worker } = await alone(stage)
    const gone = await Promise.all(
      Array.from({ length: 10 }, () => claimOnWire(stage, worker.id, freshId('request'), 30_000)),
    )
    // One who came after them has waited: so they have waited as well.
    expect((await claim(stage, worker.id, 300)).tasks).toEqual([])
    for (const wire of gone) wire.socket.destroy()
    await Promise.all(gone.map((wire) => wire.closed))
    const { id } = await stage.create({ requires })
    const { tasks } = await claim(stage, worker.id, 5000)
    expect(tasks).toMatchObject([{ id, attempt: 1 }])
  })

  it('whose answer was lost gives the same attempt when it is asked for again', async () => {
    const stage = open()
    const { requires, worker } = await alone(stage)
    const { id: taskId } = await stage.create({ requires })
    const requestId = freshId('request')
    const wire = await claimOnWire(stage, worker.id, requestId, 30_000)
    wire.socket.pause()
    await eventually('the claim is carried out', async () => {
      const { task } = await stage.admin.call('getTask', { taskId })
      return task.status === 'running'
    })
    wire.socket.destroy()
    const again = await claim(stage, worker.id, 0, requestId)
    expect(again.tasks).toMatchObject([{ id: taskId, attempt: 1 }])
    const { attempts } = await stage.admin.call('getTask', { taskId })
    expect(attempts).toHaveLength(1)
  })

  it('that is sent twice at once takes one task', async () => {
    const stage = open()
    const { requires, worker } = await alone(stage)
    for (let count = 0; count < 3; count += 1) await stage.create({ requires })
    const requestId = freshId('request')
    const answers = await Promise.all(Array.from({ length: 8 }, () => claim(stage, worker.id, 1000, requestId)))
    expect(new Set(answers.map(({ tasks }) => tasks.map(({ id }) => id).join())).size).toBe(1)
    expect(answers[0]?.tasks).toHaveLength(1)
  })

  it('is refused when its worker is declared dead meanwhile', async () => {
    const stage = open()
    const { worker } = await alone(stage)
    const waiting = claim(stage, worker.id, 30_000).catch((error: unknown) => error)
    await stage.admin.call('declareDead', { workerId: worker.id, reason: 'its host burnt down' })
    expect(await waiting).toMatchObject({ code: 'lease_expired' })
  })

  it('gives nothing to a worker that drains, and wakes it when the drain is over', async () => {
    const stage = open()
    const { requires, worker } = await alone(stage)
    await stage.admin.call('drainWorker', { workerId: worker.id })
    const { id } = await stage.create({ requires })
    expect((await claim(stage, worker.id, 0)).tasks).toEqual([])
    const waiting = claim(stage, worker.id, 30_000)
    await stage.admin.call('resumeWorker', { workerId: worker.id })
    expect((await waiting).tasks).toMatchObject([{ id }])
  })

  it('leaves the server to others, however many wait, and each gets its own work', async () => {
    const stage = open()
    const skills = Array.from({ length: 50 }, () => freshId('skill'))
    const workers = await Promise.all(skills.map((skill) => stage.hire({ skills: [skill] })))
    let answered = 0
    const waiting = workers.map(async ({ id }) => {
      const { tasks } = await claim(stage, id, 30_000)
      answered += 1
      return tasks
    })
    expect((await stage.server.call('GET', '/healthz')).status).toBe(200)
    await stage.create({ requires: [freshId('skill')] })
    expect(answered).toBe(0)
    await stage.admin.call('createTasks', { tasks: skills.map((skill) => taskOf({ requires: [skill] })) })
    const given = await Promise.all(waiting)
    expect(given.map((tasks) => tasks.flatMap(({ requires }) => requires))).toEqual(skills.map((skill) => [skill]))
    expect(stage.server.stderr()).toBe('')
    // Fifty workers, each registered and woken: more than one test's usual time on a machine that is busy.
  }, 30_000)
})
