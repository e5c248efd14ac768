/** Who may come in, statement by statement: members, links that open once, tokens, sign-ins and their tries. */
import '#lib/ledger/index.ts'
import { rowOf } from '../support/crowd.ts'
import { probeAll } from '../support/probe.ts'

type Columns = Readonly<Record<string, unknown>>
const set = (table: string, id: string, to: string) => `UPDATE ${table} SET ${to} WHERE id = '${id}'`

const member = (id: string, role: string, more: Columns = {}) =>
  rowOf('members', { id, login: id, name: id, role, password_hash: 'hash', created_at: 1, ...more })
const MEMBERS = [
  member('ada', 'admin', { issuer: 'one', subject: 'a' }),
  member('bob', 'viewer', { issuer: 'one', subject: 'b' }),
  member('carl', 'viewer', { issuer: 'two', subject: 'b' }),
  member('old', 'admin', { removed_at: 1 }),
]
const BOB_REMOVED = set('members', 'bob', 'removed_at = 1')

probeAll('a statement of members by itself', {
  insertMembers: {
    given: MEMBERS,
    input: { id: 'new', login: 'new', name: 'new', role: 'viewer', at: 1 },
    writes: 'members',
    finds: ['new'],
    unless: [[{ login: 'ada' }]],
  },
  lockMembers: {
    given: MEMBERS,
    input: { id: 'bob' },
    finds: ['ada', 'bob'],
    locks: 'members',
    unless: [[{ id: 'nobody' }, 'ada']],
  },
  setMemberRole: {
    given: MEMBERS,
    input: { member_id: 'bob', wanted: 'operator', expected: 'viewer' },
    writes: 'members',
    finds: ['bob'],
    unless: [[{ expected: 'admin' }], [BOB_REMOVED]],
  },
  removeMember: {
    given: MEMBERS,
    input: { member_id: 'bob', now: 9 },
    writes: 'members',
    finds: ['bob'],
    unless: [[BOB_REMOVED]],
  },
  touchMember: {
    given: MEMBERS,
    input: { id: 'bob', now: 9 },
    writes: 'members',
    finds: ['bob'],
    unless: [[BOB_REMOVED]],
  },
  setMemberPassword: {
    given: MEMBERS,
    input: { member_id: 'bob', hash: 'another', expected: 'hash' },
    writes: 'members',
    finds: ['bob'],
    unless: [
      [{ expected: 'wrong' }],
      [{ expected: null }, 'bob'],
      [BOB_REMOVED],
      [[set('members', 'bob', 'password_hash = NULL'), { expected: null }]],
    ],
  },
  findIdentity: { given: MEMBERS, input: { issuer: 'one', subject: 'b' }, finds: ['bob'] },
  readContents: { input: { id: 'crowd-again' }, finds: ['again'] },
})

const link = (id: string, kind: string, more: Columns) =>
  rowOf('access_links', { id, kind, hash: `hash of ${id}`, created_by: 'ada', created_at: 1, expires_at: 10, ...more })
const LINKS = [
  ...MEMBERS,
  link('one', 'invitation', { role: 'viewer' }),
  link('two', 'invitation', { role: 'viewer' }),
  link('for bob', 'reset', { member_id: 'bob' }),
  link('for carl', 'reset', { member_id: 'carl' }),
]
const USED = 'UPDATE access_links SET used_at = 1'
const REVOKED = 'UPDATE access_links SET revoked_at = 1'

probeAll('a statement of links by itself', {
  readAccessLink: { given: LINKS, input: { id: 'one' }, finds: ['one'] },
  lockAccessLink: { given: LINKS, input: { hash: 'hash of one' }, finds: ['one'], locks: 'access_links' },
  useAccessLink: {
    given: LINKS,
    input: { link_id: 'one', now: 9 },
    writes: 'access_links',
    finds: ['one'],
    unless: [[{ now: 10 }], [USED], [REVOKED]],
  },
  revokeAccessLink: {
    given: LINKS,
    input: { link_id: 'one', now: 9 },
    writes: 'access_links',
    finds: ['one'],
    unless: [[USED], [REVOKED]],
  },
  revokeOpenAccessLinks: {
    given: LINKS,
    input: { kind: 'reset', member_id: 'bob', now: 9 },
    writes: 'access_links',
    finds: ['for bob'],
    unless: [[{ member_id: null }, 'for bob', 'for carl'], [USED], [REVOKED]],
  },
})

const token = (id: string, role: string) =>
  rowOf('tokens', { id, name: id, role, hash: `hash of ${id}`, created_at: 1 })
const TOKENS = [token('first', 'admin'), token('second', 'worker')]

probeAll('a statement of tokens by itself', {
  readAdminTokens: {
    given: TOKENS,
    input: { now: 9 },
    finds: ['first'],
    unless: [
      [set('tokens', 'first', "role = 'viewer'")],
      [set('tokens', 'first', 'revoked_at = 1')],
      [set('tokens', 'first', 'expires_at = 9')],
      [set('tokens', 'first', 'expires_at = 10'), 'first'],
    ],
  },
  lockToken: { given: TOKENS, input: { id: 'first' }, finds: ['first'], locks: 'tokens' },
  replaceToken: {
    given: TOKENS,
    input: { token_id: 'first', successor: 'next', until: 9 },
    writes: 'tokens',
    finds: ['first'],
    unless: [[set('tokens', 'first', 'revoked_at = 1')], [set('tokens', 'first', "replaced_by = 'x'")]],
  },
  revokeToken: {
    given: TOKENS,
    input: { token_id: 'first', now: 9 },
    writes: 'tokens',
    finds: ['first'],
    unless: [[set('tokens', 'first', 'revoked_at = 1')]],
  },
})

const signIn = (id: string, more: Columns) =>
  rowOf('sign_ins', { id, hash: `hash of ${id}`, created_at: 1, seen_at: 1, expires_at: 10, ...more })
const SIGN_INS = [
  ...MEMBERS,
  ...TOKENS,
  signIn('bob 1', { member_id: 'bob', expires_at: 9 }),
  signIn('bob 2', { member_id: 'bob' }),
  signIn('carl 1', { member_id: 'carl' }),
  signIn('first 1', { token_id: 'first' }),
  signIn('second 1', { token_id: 'second' }),
]
const tries = (key: string, since: number, blocked_until: number) =>
  rowOf('sign_in_tries', { key, tries: 3, since, blocked_until })
const TRIES = [tries('old', 5, 5), tries('new', 6, 5), tries('blocked', 5, 6)]

probeAll('a statement of sign-ins by itself', {
  pruneSignIns: { given: SIGN_INS, input: { now: 9 }, writes: 'sign_ins', finds: ['bob 1'] },
  dropSignInsOf: {
    given: SIGN_INS,
    input: { member_id: 'bob', keep: 'bob 2' },
    writes: 'sign_ins',
    finds: ['bob 1'],
    unless: [[{ keep: null }, 'bob 1', 'bob 2']],
  },
  dropSignInsOfToken: { given: SIGN_INS, input: { token_id: 'first' }, writes: 'sign_ins', finds: ['first 1'] },
  dropSignIn: {
    given: SIGN_INS,
    input: { id: 'bob 1', member_id: 'bob' },
    writes: 'sign_ins',
    finds: ['bob 1'],
    unless: [[{ member_id: 'carl' }], [{ member_id: null }, 'bob 1']],
  },
  lockSignInTries: { given: TRIES, input: { key: 'old' }, reads: 'key', finds: ['old'], locks: 'sign_in_tries' },
  blockSignInTries: { given: TRIES, input: { key: 'old', until: 9 }, writes: 'sign_in_tries', finds: ['old'] },
  pruneSignInTries: { given: TRIES, input: { before: 6 }, writes: 'sign_in_tries', finds: ['old'] },
  forgetSignInTries: { given: TRIES, input: { key: 'old' }, writes: 'sign_in_tries', finds: ['old'] },
  giveBackSignInTries: {
    given: TRIES,
    input: { key: 'old' },
    writes: 'sign_in_tries',
    finds: ['old'],
    unless: [['UPDATE sign_in_tries SET tries = 0']],
  },
})
