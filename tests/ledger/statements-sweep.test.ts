/** The sweep's own clock, its view of a storm, and pauses of recovery, statement by statement. */
import '#lib/ledger/index.ts'
import { probeAll } from '../support/probe.ts'
import { makePause, NOW } from '../support/world.ts'

const CLOCK = 'INSERT INTO ledger_clock (id, swept_at) VALUES (1, 5)'
const STATE = 'INSERT INTO recovery_state (id) VALUES (1)'

probeAll('a statement of the sweep by itself', {
  lockClock: {
    given: [CLOCK],
    input: { id: 1 },
    reads: 'swept_at',
    finds: ['5'],
    locks: 'ledger_clock',
    locked: ['1'],
    unless: [[{ id: 2 }]],
  },
  startClock: { input: { id: 1 }, writes: 'ledger_clock', finds: ['1'], unless: [[CLOCK]] },
  setClock: {
    given: [CLOCK],
    input: { id: 1, expected: 5, now: 9 },
    writes: 'ledger_clock',
    finds: ['1'],
    unless: [[{ expected: 6 }], [{ id: 2 }]],
  },
  setAmnesty: { given: [CLOCK], input: { id: 1, now: 9 }, writes: 'ledger_clock', finds: ['1'], unless: [[{ id: 2 }]] },
  extendLeases: { input: { now: NOW }, writes: 'workers', finds: ['worker'] },
  startRecoveryState: { input: { id: 1 }, writes: 'recovery_state', finds: ['1'], unless: [[STATE]] },
  lockRecoveryState: {
    given: [STATE],
    input: { id: 1 },
    reads: 'storm_at',
    finds: ['null'],
    locks: 'recovery_state',
    locked: ['1'],
    unless: [[{ id: 2 }]],
  },
  setRecoveryState: {
    given: [STATE],
    input: { id: 1, storm_at: 5 },
    writes: 'recovery_state',
    finds: ['1'],
    unless: [[{ id: 2 }]],
  },
  readActivePause: {
    given: [makePause('pause', { until_at: NOW + 1 })],
    finds: ['pause'],
    unless: [['UPDATE recovery_pauses SET ended_at = 1'], [`UPDATE recovery_pauses SET until_at = ${NOW}`]],
  },
  readPause: {
    given: [makePause('pause'), makePause('over', { ended_at: 5 })],
    input: { id: 'crowd-pause' },
    reads: 'ended_at',
    finds: ['null'],
  },
  endPauses: {
    given: [makePause('pause'), makePause('over', { ended_at: 5 })],
    input: { pause_id: 'crowd-pause', now: 9, who: 'ada' },
    writes: 'recovery_pauses',
    finds: ['pause'],
    unless: [[{ pause_id: null }, 'pause'], [{ pause_id: 'crowd-over' }]],
  },
  endExpiredPauses: {
    given: [makePause('pause', { until_at: 9 }), makePause('over', { until_at: 9, ended_at: 5 })],
    input: { now: 9 },
    writes: 'recovery_pauses',
    finds: ['pause'],
    unless: [[{ now: 8 }]],
  },
})
