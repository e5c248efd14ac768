/** Three waves of deaths: what waits, what is paced, what is stopped, and that all of it is told. */
import { expect, it } from 'vitest'
import type { Database } from '#lib/db/types.ts'
import {
  claimTasks,
  declareDead,
  getIncident,
  heartbeat,
  holdTask,
  listIncidentEvents,
  listIncidents,
  readHealth,
  releaseIncident,
  releaseTask,
  resolveIncident,
  startAttempt,
  takeIncident,
} from '#lib/ledger/index.ts'
import { begin, codeOf, eventsOf, finish, freshId, hire, pass, sweep } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'
import { beginEach, dieTwice, nextWave } from '../support/waves.ts'

const LEASE_MS = 30_000
const longLived = { leaseMs: 3_600_000 }

const typesOf = async (ledger: Ledger, type: string) =>
  (await rowsOf(ledger, 'task_events')).filter((row) => row.type === type)
const statesOf = async (ledger: Ledger) => (await rowsOf(ledger, 'workers')).map(({ state }) => state)

/** The same database, in which something else happens right after the first read of this kind. */
function afterRead(db: Database, kind: RegExp, happens: () => Promise<unknown>): Database {
  let happened = false
  const read: Database['read'] = async (text, parameters) => {
    const rows = await db.read(text, parameters)
    if (happened || !kind.test(text)) return rows
    happened = true
    await happens()
    return rows
  }
  return new Proxy(db, { get: (target, key) => (key === 'read' ? read : Reflect.get(target, key, target)) })
}

forEachDialect('a storm', (open) => {
  it('makes suspected deaths wait one more lease, then go one worker at a time, and tells of it', async () => {
    const ledger = await open()
    await beginEach(ledger, 4)
    await pass(ledger, LEASE_MS)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0, waiting: 4, interrupted: 0 })
    expect((await readHealth(ledger.context)).storm).toMatchObject({ waiting: 4 })
    expect(await typesOf(ledger, 'recovery.storm_began')).toMatchObject([
      { reason: '4 of 4 workers fell silent together' },
    ])
    await pass(ledger, LEASE_MS - 1)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0 })
    ledger.clock.advance(1)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 1, waiting: 3 })
    await pass(ledger, 9_999)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0 })
    for (let left = 2; left >= 0; left -= 1) {
      await pass(ledger, left === 2 ? 1 : 10_000)
      expect(await sweep(ledger)).toMatchObject({ workersDead: 1, waiting: left })
    }
    expect((await readHealth(ledger.context)).storm).toBeNull()
    expect(await typesOf(ledger, 'recovery.storm_ended')).toHaveLength(1)
    const { incidents } = await listIncidents(ledger.context, {})
    expect(incidents).toMatchObject([{ cause: 'mass_event', workers: 4, total: 4 }])
    expect((await rowsOf(ledger, 'task_history')).map((row) => row.interruptions)).toEqual([0, 0, 0, 0])
    await checkInvariants(ledger)
  })

  it('is none of two workers, nor of three among six', async () => {
    const ledger = await open()
    await beginEach(ledger, 3)
    for (let living = 0; living < 3; living += 1) await hire(ledger, longLived)
    await pass(ledger, LEASE_MS)
    expect(await sweep(ledger)).toMatchObject({ workersDead: 3, waiting: 0 })
  })

  it('spares nobody who is declared dead, and gives back no lease that is over', async () => {
    const ledger = await open()
    const [first, second] = await beginEach(ledger, 3)
    await pass(ledger, LEASE_MS)
    await sweep(ledger)
    await declareDead(ledger.context, { workerId: first?.worker.id ?? '', reason: 'it is off' })
    expect((await statesOf(ledger)).toSorted()).toEqual(['alive', 'alive', 'dead'])
    expect(await codeOf(heartbeat(ledger.context, { workerId: second?.worker.id ?? '', held: [] }))).toBe(
      'lease_expired',
    )
  })

  it('lets a worker go on that comes back before its turn, and ends when all have', async () => {
    const ledger = await open()
    const all = await beginEach(ledger, 3)
    await pass(ledger, LEASE_MS)
    await sweep(ledger)
    for (const { ref } of all) {
      const command = { taskId: ref.taskId, workerId: ref.workerId, requestId: freshId('r'), reattach: { attempt: 1 } }
      expect(await startAttempt(ledger.context, command)).toMatchObject({ attempt: 1 })
    }
    expect(await sweep(ledger)).toMatchObject({ workersDead: 0, waiting: 0 })
    expect(await typesOf(ledger, 'recovery.storm_ended')).toHaveLength(1)
    expect(await rowsOf(ledger, 'incidents')).toEqual([])
  })
})

forEachDialect('what a mass event interrupted', (open) => {
  it('goes back to work in turn: ten in the first second, then faster', async () => {
    const ledger = await open()
    const workers = [await hire(ledger), await hire(ledger), await hire(ledger)]
    for (let task = 0; task < 120; task += 1) await begin(ledger, {}, workers[task % 3])
    for (const { id: workerId } of workers) await declareDead(ledger.context, { workerId, reason: 'dark' })
    const waits = (await rowsOf(ledger, 'task_history')).map((row) => Number(row.next_at) - ledger.clock())
    // Two of the three died before it was known that it was a mass event.
    const paced = waits.filter((ms) => ms > 10_000).toSorted((left, right) => left - right)
    expect(paced).toHaveLength(39)
    expect(paced[0]).toBe(10_144)
    expect(paced.at(-1)).toBeGreaterThan(14_000)
    expect(new Set(paced).size).toBe(39)
  })

  it('stays held when an operator has held it for another reason by the time that the brake is released', async () => {
    const ledger = await open()
    const [taskId = ''] = await dieTwice(ledger)
    const [incident] = (await listIncidents(ledger.context, {})).incidents
    const holdMeanwhile = async () => {
      await releaseTask(ledger.context, { taskId, reason: 'let me look at it' })
      await holdTask(ledger.context, { taskId, reason: 'it eats the disk' })
    }
    const context = { ...ledger.context, db: afterRead(ledger.context.db, /next_reason LIKE/, holdMeanwhile) }
    await releaseIncident(context, { incidentId: incident?.id ?? '', reason: 'the rack has power' })
    const rows = await rowsOf(ledger, 'task_history')
    expect(rows.find(({ id }) => id === taskId)).toMatchObject({ next_action: 'hold' })
    expect(rows.filter(({ next_action }) => next_action === 'reassign')).toHaveLength(2)
  })

  it('and that dies again in a mass event is held: the brake says so, and the release lets all of it go on', async () => {
    const ledger = await open()
    const ids = await dieTwice(ledger)
    const [incident] = (await listIncidents(ledger.context, {})).incidents
    const incidentId = incident?.id ?? ''
    expect(incident).toMatchObject({
      cause: 'mass_event',
      waves: 2,
      workers: 6,
      total: 3,
      brakedAt: expect.any(String),
    })
    for (const row of await rowsOf(ledger, 'task_history')) {
      expect(row).toMatchObject({
        next_action: 'hold',
        next_at: null,
        interruptions: 0,
        next_reason: incident?.brakeReason,
      })
    }
    await pass(ledger, 60_000)
    expect(await sweep(ledger)).toMatchObject({ reassigned: 0 })
    expect(await codeOf(resolveIncident(ledger.context, { incidentId, reason: 'done' }))).toBe('invalid_transition')
    const released = await releaseIncident(ledger.context, { incidentId, reason: 'the rack has power' })
    expect(released).toMatchObject({ brakedAt: null, brakeReason: null, open: 3 })
    expect((await rowsOf(ledger, 'task_history')).map((row) => row.next_action)).toEqual(Array(3).fill('reassign'))
    expect(await codeOf(releaseIncident(ledger.context, { incidentId, reason: 'twice' }))).toBe('invalid_transition')
    await pass(ledger, 15_000)
    expect(await sweep(ledger)).toMatchObject({ reassigned: 3 })
    await nextWave(ledger, ids)
    await sweep(ledger)
    expect((await getIncident(ledger.context, { incidentId })).incident).toMatchObject({ waves: 3, workers: 9 })
    const told = (await listIncidentEvents(ledger.context, { incidentId })).events.map(({ type }) => type)
    expect(told.filter((type) => type === 'incident.braked')).toHaveLength(2)
    expect(told).toEqual(
      expect.arrayContaining(['incident.opened', 'incident.joined', 'incident.merged', 'incident.released']),
    )
    expect((await eventsOf(ledger, ids[0] ?? '')).map(({ type }) => type)).toContain('task.released')
    await checkInvariants(ledger)
  })
})

forEachDialect('an incident', (open) => {
  it('resolves itself once nothing of it is open, but not while somebody owns it', async () => {
    const ledger = await open()
    const { worker, task } = await begin(ledger)
    await declareDead(ledger.context, { workerId: worker.id, reason: 'it burnt' })
    await pass(ledger, 10_000)
    await sweep(ledger)
    const [open1] = (await listIncidents(ledger.context, { state: 'open' })).incidents
    const incidentId = open1?.id ?? ''
    expect(open1).toMatchObject({ total: 1, open: 1, recovered: 0, failed: 0 })
    const next = await hire(ledger, longLived)
    await claimTasks(ledger.context, { workerId: next.id, requestId: freshId('r') })
    await takeIncident(ledger.context, { incidentId })
    await pass(ledger, 10_000)
    await sweep(ledger)
    expect((await getIncident(ledger.context, { incidentId })).incident).toMatchObject({
      ...{ resolvedAt: null, owner: 'ada', recovered: 1, open: 0 },
    })
    await ledger.sql('UPDATE incidents SET owner = NULL')
    await pass(ledger, 10_000)
    await sweep(ledger)
    expect((await getIncident(ledger.context, { incidentId })).incident.resolution).toBe(
      'nothing of it is open any more',
    )
    await finish(ledger, { taskId: task.id, workerId: next.id, attempt: 2 })
    expect((await listIncidents(ledger.context, { state: 'open' })).incidents).toEqual([])
  })
})
