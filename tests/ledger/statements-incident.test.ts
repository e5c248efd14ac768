/** What incidents are made of, statement by statement: the ends of workers, what they are charged, and what stands still. */
import '#lib/ledger/index.ts'
import { probeAll } from '../support/probe.ts'
import {
  makeDead,
  makeEnd,
  makeIncident,
  makeWorker,
  NOW,
  sealTask,
  setAttempt,
  setEnd,
  setIncident,
  setTask,
  setWorker,
  stopWorker,
} from '../support/world.ts'

const TWO = [makeIncident('one'), makeIncident('two')]
const ENDS = [...TWO, makeEnd('gone', 'one'), makeEnd('dead', 'two')]

/** One that was given up, and another of its host that began under another boot while it was silent. */
const REBOOTED = [
  makeDead('gone', { host: 'one', boot_id: 'old', registered_at: 50, last_heartbeat_at: 100, ended_at: 200 }),
  makeWorker('new', { host: 'one', boot_id: 'new', registered_at: 150 }),
]
const SAID_SO = setWorker('gone', "death_kind = 'proven', rebooted = true")
const NOT_REBOOTED = {
  proven: setWorker('gone', "death_kind = 'proven'"),
  elsewhere: setWorker('new', "host = 'two'"),
  before: setWorker('new', 'registered_at = 99'),
  atOnce: setWorker('gone', 'registered_at = 150'),
  sameBoot: setWorker('new', "boot_id = 'old'"),
}

probeAll('a statement of incidents by itself', {
  lockIncidents: { given: TWO, input: { id: 'crowd-one' }, finds: ['one'], locks: 'incidents' },
  changeIncidents: {
    given: TWO,
    input: { id: 'crowd-one', cause: 'drain', title: 'x', waves: 1, paced: 0, checked_at: 0 },
    writes: 'incidents',
    finds: ['one'],
    unless: [[setIncident('one', "merged_into = 'crowd-two'")]],
  },
  openIncidents: {
    given: [makeIncident('one', { worker_id: 'crowd-gone' })],
    input: { id: 'another', cause: 'worker_death', title: 'x', worker_id: 'crowd-new', at: 1 },
    writes: 'incidents',
    finds: ['another'],
    unless: [[{ worker_id: 'crowd-gone' }]],
  },
  takePlaces: { given: TWO, input: { incident_id: 'crowd-one', places: 2 }, writes: 'incidents', finds: ['one'] },
  lockSettledIncidents: {
    given: [makeIncident('one', { checked_at: NOW - 10_000 })],
    finds: ['one'],
    locks: 'incidents',
    unless: [
      [setIncident('one', 'resolved_at = 1')],
      [setIncident('one', "owner = 'ada'")],
      [setIncident('one', 'braked_at = 1')],
      [setIncident('one', `checked_at = ${NOW - 9999}`)],
    ],
  },
  readOpenIncidents: {
    given: [...TWO, setAttempt('again', 2, "incident_id = 'crowd-one'")],
    input: { id: 'crowd-one' },
    finds: ['one'],
    unless: [
      [{ id: 'crowd-two' }],
      [sealTask('again')],
      [setTask('again', 'attempt = 3')],
      [setIncident('one', "merged_into = 'crowd-two'"), 'one'],
      [[setIncident('one', "merged_into = 'crowd-two'"), { id: 'crowd-two' }], 'two'],
    ],
  },
  lockBraked: {
    given: [
      makeIncident('one', { braked_at: 1 }),
      makeIncident('two'),
      setTask('failed', "incident_id = 'crowd-one', next_action = 'reassign'"),
      setTask('interrupted', "incident_id = 'crowd-two', next_action = 'reassign'"),
    ],
    finds: ['failed'],
    locks: 'task_history',
    unless: [
      [setIncident('one', 'resolved_at = 1')],
      [setIncident('one', 'braked_at = NULL')],
      [setTask('failed', "next_action = 'hold'")],
      [setTask('queued', "incident_id = 'crowd-one', next_action = 'reassign'"), 'failed'],
    ],
  },
})

probeAll('a statement of the ends of workers by itself', {
  readJudgedEnds: {
    given: ENDS,
    input: { worker_id: 'crowd-gone' },
    reads: 'worker_id, incident_id',
    finds: ['gone one'],
  },
  moveEnds: {
    given: ENDS,
    input: { source: 'crowd-one', target: 'crowd-third' },
    writes: 'incident_workers',
    finds: ['gone'],
  },
  countEnds: { given: [...ENDS, ...REBOOTED], input: { id: 'crowd-one' }, reads: 'workers', finds: ['1'] },
  markRefunded: { given: ENDS, input: { worker_id: 'crowd-gone' }, writes: 'incident_workers', finds: ['gone'] },
  readAskedEnds: {
    given: [...ENDS, ...REBOOTED],
    input: { worker_id: 'crowd-gone' },
    reads: 'id, incident_id, rebooted, survivor_since',
    finds: ['gone one 1 150'],
    unless: [
      [SAID_SO, 'gone one 1 150'],
      [NOT_REBOOTED.proven, 'gone one 0 150'],
      [NOT_REBOOTED.elsewhere, 'gone one 0 null'],
      [NOT_REBOOTED.before, 'gone one 0 99'],
      [NOT_REBOOTED.atOnce, 'gone one 0 150'],
      [NOT_REBOOTED.sameBoot, 'gone one 0 150'],
      [stopWorker('new'), 'gone one 1 null'],
      [setWorker('gone', "state = 'alive', death_kind = NULL, ended_at = NULL"), 'gone one 1 150'],
    ],
  },
  readNearEnds: {
    given: [
      ...ENDS,
      ...REBOOTED,
      setWorker('dead', 'ended_at = 1'),
      makeWorker('stopped', { state: 'stopped', ended_at: 300 }),
    ],
    input: { since: 199 },
    reads: 'id, incident_id, rebooted, survivor_since',
    finds: ['gone one 1 150'],
    unless: [
      [{ since: 200 }],
      [SAID_SO, 'gone one 1 150'],
      [NOT_REBOOTED.proven, 'gone one 0 150'],
      [NOT_REBOOTED.elsewhere, 'gone one 0 null'],
      [NOT_REBOOTED.before, 'gone one 0 99'],
      [NOT_REBOOTED.atOnce, 'gone one 0 150'],
      [NOT_REBOOTED.sameBoot, 'gone one 0 150'],
      [stopWorker('new'), 'gone one 1 null'],
    ],
  },
  readHoldings: {
    given: [
      ...['again', 'assigned'].map((id) => setTask(id, "worker_id = 'crowd-dead'")),
      makeIncident('one', { cause: 'mass_event' }),
      makeIncident('two', { cause: 'host_reboot' }),
      makeEnd('worker', 'one', { wave: 3 }),
      makeEnd('gone', 'two', { wave: 8, ended_at: 300 }),
    ],
    input: { worker_id: 'crowd-dead', since: 100, long_since: 50 },
    reads: 'worker_id, held, wave, follows',
    finds: ['dead 1 4 one'],
    unless: [
      [{ since: 200 }, 'dead 1 null one'],
      [{ long_since: 200 }, 'dead 1 null null'],
      [setTask('again', 'attempt = 3'), 'dead 1 null null'],
    ],
  },
})

probeAll('a statement of what is charged by itself', {
  readRebooted: {
    given: [...ENDS, ...REBOOTED],
    input: { since: 199 },
    reads: 'worker_id',
    finds: ['gone'],
    unless: [
      [SAID_SO, 'gone'],
      ...Object.values(NOT_REBOOTED).map((change) => [change] as const),
      [{ since: 200 }],
      [setEnd('gone', 'blame_ppm = 0')],
      [setEnd('gone', 'refunded_at = 1')],
      [setIncident('one', "cause = 'mass_event'")],
      [setEnd('gone', "worker_id = 'crowd-other'")],
    ],
  },
  lockOwed: {
    given: [
      makeIncident('one', { cause: 'mass_event' }),
      makeIncident('two', { cause: 'mass_event' }),
      makeEnd('gone', 'one'),
    ],
    input: { since: 199 },
    reads: 'worker_id',
    finds: ['gone'],
    locks: 'incident_workers',
    unless: [
      [{ since: 200 }],
      [setEnd('gone', 'blame_ppm = 0')],
      [setEnd('gone', 'refunded_at = 1')],
      [setIncident('one', "cause = 'worker_death'")],
    ],
  },
  lockCharged: {
    given: [setAttempt('again', 2, "worker_id = 'crowd-dead', blame_ppm = 5"), setAttempt('twin', 2, 'blame_ppm = 5')],
    input: { worker_id: 'crowd-dead' },
    reads: 'id, charged_attempt',
    finds: ['again 2'],
    locks: 'task_history',
    locked: ['again'],
    unless: [[setAttempt('again', 2, 'blame_ppm = 0')], [sealTask('again')]],
  },
})
