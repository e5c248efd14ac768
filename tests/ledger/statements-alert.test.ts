/** Webhooks with the queue of what they are told, and counts of the history, statement by statement. */
import '#lib/ledger/index.ts'
import { rowOf } from '../support/crowd.ts'
import { probeAll } from '../support/probe.ts'
import { makeEvent, NOW } from '../support/world.ts'

const HOOK = { url: 'https://hooks.test', events: 'x', created_by: 'ada', created_at: 1 }
const HOOKS = [
  rowOf('webhooks', { ...HOOK, id: 'one', name: 'one', kind: 'json', secret: 'first' }),
  rowOf('webhooks', { ...HOOK, id: 'two', name: 'two', kind: 'slack' }),
]
const delivery = (id: string, webhook_id: string, more: Readonly<Record<string, unknown>> = {}) =>
  rowOf('webhook_deliveries', {
    ...{ id, webhook_id, event_key: `key of ${id}`, event_type: 'x', data: '{}', next_at: NOW, taken_until: NOW },
    ...{ created_at: 5, ...more },
  })
const setDelivery = (to: string) => `UPDATE webhook_deliveries SET ${to} WHERE id = 'first'`
const QUEUE = [
  ...HOOKS,
  delivery('first', 'one'),
  delivery('later', 'one', { next_at: NOW + 1 }),
  delivery('done', 'two', { status: 'delivered' }),
]

probeAll('a statement of webhooks by itself', {
  lockWebhooks: { given: HOOKS, input: { id: 'one' }, finds: ['one'], locks: 'webhooks' },
  updateWebhooks: {
    given: HOOKS,
    input: { id: 'one', name: 'x', url: 'x', events: 'x', enabled: true },
    writes: 'webhooks',
    finds: ['one'],
  },
  rotateWebhooks: {
    given: [...HOOKS, rowOf('webhooks', { ...HOOK, id: 'three', name: 'three', kind: 'json', secret: 'third' })],
    input: { id: 'one', secret: 'second', until_at: 9 },
    writes: 'webhooks',
    finds: ['one'],
    unless: [[{ id: 'two' }]],
  },
  deleteWebhooks: { given: HOOKS, input: { id: 'one' }, writes: 'webhooks', finds: ['one'] },
})

probeAll('a statement of deliveries by itself', {
  insertDeliveries: {
    given: QUEUE,
    input: { id: 'another', webhook_id: 'one', event_key: 'another', event_type: 'x', body: '{}', at: 1 },
    writes: 'webhook_deliveries',
    finds: ['another'],
    unless: [[{ event_key: 'key of first' }], [{ webhook_id: 'nobody' }]],
  },
  copyDeliveries: {
    given: QUEUE,
    input: { new_id: 'again', id: 'first', webhook_id: 'one', event_key: 'again', at: 1 },
    writes: 'webhook_deliveries',
    finds: ['again'],
    unless: [[{ webhook_id: 'two' }], [{ id: 'nobody' }]],
  },
  lockDueDeliveries: {
    given: QUEUE,
    input: { max: 9 },
    finds: ['first'],
    locks: 'webhook_deliveries',
    unless: [
      [setDelivery(`taken_until = ${NOW + 1}`)],
      [setDelivery("status = 'dead'")],
      ["UPDATE webhooks SET enabled = false WHERE id = 'one'"],
    ],
  },
  markDeliveriesTaken: {
    given: QUEUE,
    input: { id: 'first', until_at: 9 },
    writes: 'webhook_deliveries',
    finds: ['first'],
    unless: [[setDelivery("status = 'dead'")]],
  },
  endDeliveryTries: {
    given: QUEUE,
    input: { id: 'first', tries: 0, status: 'delivered', next_at: 1, at: 5 },
    writes: 'webhook_deliveries',
    finds: ['first'],
    unless: [[{ tries: 1 }], [setDelivery("status = 'dead'")]],
  },
  deleteOldDeliveries: {
    given: [...QUEUE, delivery('newer', 'two', { status: 'delivered', created_at: 6 })],
    input: { before: 6 },
    writes: 'webhook_deliveries',
    finds: ['done'],
  },
})

const cursor = (table: string, id: number) => rowOf(table, { id, transaction_id: 3, event_id: 5 })
const FAR = 2 ** 52

probeAll('a statement of what follows the history by itself', {
  startAlertCursor: {
    input: { transaction_id: 1, event_id: 1 },
    writes: 'alert_cursor',
    finds: ['1'],
    unless: [[cursor('alert_cursor', 1)]],
  },
  moveAlertCursor: {
    given: [cursor('alert_cursor', 1)],
    input: { was_transaction_id: 3, was_event_id: 5, transaction_id: 4, event_id: 6 },
    writes: 'alert_cursor',
    finds: ['1'],
    unless: [[{ was_transaction_id: 2 }], [{ was_event_id: 4 }]],
  },
  startRollup: { input: { id: 1 }, writes: 'rollup_cursor', finds: ['1'], unless: [[cursor('rollup_cursor', 1)]] },
  lockRollup: {
    given: [cursor('rollup_cursor', 1)],
    input: { id: 1 },
    reads: 'event_id',
    finds: ['5'],
    locks: 'rollup_cursor',
    locked: ['1'],
    unless: [[{ id: 2 }]],
  },
  moveRollup: {
    given: [1, 2].map((id) => cursor('rollup_cursor', id)),
    input: { transaction_id: 3, event_id: 5, to_transaction: 4, to_event: 6 },
    writes: 'rollup_cursor',
    finds: ['1'],
    unless: [[{ transaction_id: 2 }], [{ event_id: 4 }]],
  },
  readRollupEnd: {
    given: ["UPDATE sqlite_sequence SET seq = 1000000 WHERE name = 'task_events'", makeEvent('last')],
    input: { transaction_id: 0, event_id: 0 },
    reads: 'id',
    finds: ['1000001'],
    unless: [[{ event_id: 1_000_001 }]],
    sqliteOnly: true,
  },
  countRollup: {
    given: [
      makeEvent('task.imported', { to_status: 'failed' }),
      makeEvent('task.finished', { from_status: 'running', to_status: 'success' }),
      makeEvent('task.reported', { from_status: 'success', to_status: 'success' }),
      makeEvent('task.started', { from_status: 'queued', to_status: 'running' }),
    ],
    input: { transaction_id: 0, event_id: 0, to_transaction: FAR, to_event: FAR },
    reads: 'outcome, count',
    finds: ['created 1', 'created 10', 'success 1'],
    unless: [[{ event_id: FAR }], [{ to_event: 0 }]],
    sqliteOnly: true,
  },
  dropOldRollups: {
    given: ['60000 5', '60000 6', '3600000 5'].map((key) => {
      const [span_ms, bucket] = key.split(' ').map(Number)
      return rowOf('rollups', { span_ms, bucket, outcome: 'created', count: 1 })
    }),
    input: { span_ms: 60_000, before: 6 },
    writes: 'rollups',
    finds: ['60000 5 created'],
  },
})
