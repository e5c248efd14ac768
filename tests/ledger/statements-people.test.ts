/** What people leave in the ledger beside their acts, statement by statement: the audit log, and views of the list. */
import '#lib/ledger/index.ts'
import { rowOf } from '../support/crowd.ts'
import { probeAll } from '../support/probe.ts'

const HASH = 'a'.repeat(64)
const HEAD = rowOf('audit_head', { id: 1, seq: 5, hash: HASH, pruned_seq: 3, pruned_hash: HASH })
const entry = (seq: number) =>
  rowOf('audit_log', {
    ...{ seq, at: 1, actor_kind: 'person', actor_name: 'ada', actor_role: 'admin', via: 'web', action: 'x' },
    ...{ result: 'done', previous_hash: HASH, hash: HASH },
  })

probeAll('a statement of the audit log by itself', {
  makeAuditHead: { input: { hash: HASH }, writes: 'audit_head', finds: ['1'], unless: [[HEAD]] },
  lockAuditHead: { given: [HEAD], finds: ['1'], locks: 'audit_head' },
  moveAuditHead: {
    given: [HEAD],
    input: { seq: 9, hash: HASH, was: 5 },
    writes: 'audit_head',
    finds: ['1'],
    unless: [[{ was: 4 }]],
  },
  readOldAuditEntries: {
    given: [1, 2, 1001, 1002].map(entry),
    input: { after: 1, before: 9 },
    reads: 'seq',
    finds: ['1001', '2'],
  },
  setAuditPruned: {
    given: [HEAD],
    input: { seq: 4, hash: 'another' },
    writes: 'audit_head',
    finds: ['1'],
    unless: [[{ seq: 3 }]],
  },
  deleteAuditEntries: {
    given: [HEAD, ...[1, 2, 3].map(entry)],
    input: { seq: 2 },
    writes: 'audit_log',
    finds: ['1', '2'],
  },
})

const VIEWS = [
  ...[
    ['one', 'ada'],
    ['two', 'bob'],
  ].map(([id, owner]) =>
    rowOf('saved_views', {
      id,
      owner,
      owner_name: owner,
      name: `of ${owner}`,
      filters: '{}',
      created_at: 1,
      updated_at: 5,
    }),
  ),
  ...['ada', 'eve'].map((owner) => rowOf('view_defaults', { owner, view_id: 'one' })),
  rowOf('view_defaults', { owner: 'bob', view_id: 'two' }),
]

probeAll('a statement of views by itself', {
  readViewNames: { given: VIEWS, input: { owner: 'ada' }, finds: ['one'] },
  insertViews: {
    given: VIEWS,
    input: { id: 'another', owner: 'ada', owner_name: 'ada', name: 'x', filters: '{}', shared: false, at: 1 },
    writes: 'saved_views',
    finds: ['another'],
    unless: [[{ name: 'of ada' }]],
  },
  readViews: {
    given: VIEWS,
    input: { id: 'one', asker: 'ada' },
    reads: 'id, default_id',
    finds: ['one one'],
    unless: [[{ asker: 'bob' }, 'one null']],
  },
  updateViews: {
    given: VIEWS,
    input: { view_id: 'one', expected: 5, called: 'x', query: '{}', is_shared: false, at: 9 },
    writes: 'saved_views',
    finds: ['one'],
    unless: [[{ expected: 4 }]],
  },
  deleteViews: { given: VIEWS, input: { id: 'one' }, writes: 'saved_views', finds: ['one'] },
  deleteViewDefaults: { given: VIEWS, input: { id: 'one' }, writes: 'view_defaults', finds: ['ada', 'eve'] },
  clearViewDefaults: { given: VIEWS, input: { owner: 'ada' }, writes: 'view_defaults', finds: ['ada'] },
})
