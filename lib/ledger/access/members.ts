/** Who belongs to this ledger, and in which role. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import type { ChangeRole, RemoveMember } from '#lib/task/access-commands.ts'
import type { ListPage } from '#lib/task/commands.ts'
import { LIMITS, type Member, type MemberRole } from '#lib/task/schema.ts'
import { closeLink, takeLink } from './links.ts'
import { isLastAdmin, lockMembers, MEMBER_COLUMNS } from './member-rows.ts'
import { readPage } from './page.ts'
import { toMember } from './rows.ts'
import { dropSignInsOf } from './sign-ins.ts'

const LAST_ADMIN = 'this is the last admin: make somebody else one first'
const TAKEN = 'login: a member has this name or this login already; choose another'

const insert = statement(
  'insertMembers',
  (d) => `INSERT INTO members (id, login, name, role, password_hash, issuer, subject, created_at, signed_in_at)
    SELECT c.id, c.login, c.name, c.role, c.password_hash, c.issuer, c.subject, c.at, c.at
    FROM ${d.rows('id text, login text, name text, role text, password_hash text, issuer text, subject text, at bigint')}
    WHERE true ON CONFLICT DO NOTHING RETURNING ${MEMBER_COLUMNS}`,
)

export interface NewMember {
  readonly id: string
  readonly login: string
  readonly name: string
  readonly role: MemberRole
  readonly password_hash: string | null
  readonly issuer: string | null
  readonly subject: string | null
}

/** Undefined where the login or the name is somebody's. */
export function* insertMember(at: number, member: NewMember): Plan<Row | undefined> {
  return (yield* run(insert, [{ ...member, at }]))[0]
}

interface JoinByLink {
  readonly id: string
  readonly linkHash: string
  readonly login: string
  readonly name: string
  readonly passwordHash: string
}

/** The first admin by the setup link, anybody else by an invitation. */
export const joinByLink = operation<JoinByLink, Member>(
  'joinByLink',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { command } = request
    const link = yield* takeLink(transaction, command.linkHash)
    if ('ok' in link) return [link]
    if (link.kind === 'reset') return [refused('invalid_transition', 'the link is for a new password, not to join')]
    if (link.kind === 'setup' && (yield* lockMembers('')).size > 0) {
      return [refused('invalid_transition', 'there is an admin already: ask one for an invitation')]
    }
    const { id, login, name, passwordHash } = command
    const role = link.role ?? 'admin'
    const made = { id, login, name, role, password_hash: passwordHash, issuer: null, subject: null }
    const row = yield* insertMember(transaction.now, made)
    if (!row) return [refused('validation', TAKEN)]
    yield* closeLink(transaction, link)
    const member = toMember(row)
    return [done(member, { before: null, after: { name, login, role, way: link.kind, linkId: link.id } })]
  },
)

const setRole = statement(
  'setMemberRole',
  (d) => `UPDATE members AS m SET role = c.wanted FROM ${d.rows('member_id text, wanted text, expected text')}
    WHERE m.id = c.member_id AND m.role = c.expected AND m.removed_at IS NULL RETURNING ${MEMBER_COLUMNS}`,
)

/** Answers the row as it then is; none where the role was another one by now. */
export function* writeRole({ id, role }: Pick<Member, 'id' | 'role'>, wanted: MemberRole): Plan<Row | undefined> {
  return (yield* run(setRole, [{ member_id: id, wanted, expected: role }]))[0]
}

/** Takes effect with the member's next request: a role is read anew each time. */
export const changeRole = operation<ChangeRole, Member>(
  'changeRole',
  () => '',
  function* (_transaction, [request]) {
    if (!request) return []
    const { memberId, role } = request.command
    const members = yield* lockMembers(memberId)
    const member = members.get(memberId)
    if (!member) return [missing(memberId)]
    if (member.role === role) return [refused('invalid_transition', `${member.name} is ${role} already`, { role })]
    if (isLastAdmin(member, members)) return [refused('invalid_transition', LAST_ADMIN, { memberId })]
    const row = yield* writeRole(member, role)
    if (!row) return [missing(memberId)]
    return [done(toMember(row), { before: { role: member.role }, after: { role } })]
  },
)

const remove = statement(
  'removeMember',
  (d) => `UPDATE members AS m SET removed_at = c.now, password_hash = NULL FROM ${d.rows('member_id text, now bigint')}
    WHERE m.id = c.member_id AND m.removed_at IS NULL RETURNING id`,
)

/** Ends the member's sign-ins in the same commit. The row stays, for history names it; tokens that were made stay too. */
export const removeMember = operation<RemoveMember, Member>(
  'removeMember',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { memberId } = request.command
    const members = yield* lockMembers(memberId)
    const member = members.get(memberId)
    if (!member) return [missing(memberId)]
    if (isLastAdmin(member, members)) return [refused('invalid_transition', LAST_ADMIN, { memberId })]
    yield* run(remove, [{ member_id: memberId, now: transaction.now }])
    yield* dropSignInsOf(memberId, null)
    const { name, login, role } = member
    return [done(toMember({ ...member }), { before: { name, login, role }, after: null })]
  },
)

export function missing(memberId: string) {
  return refused('not_found', `no member has the id ${memberId}`, { memberId })
}

/** Newest first. */
export async function listMembers(
  context: Context,
  query: ListPage,
): Promise<{ members: Member[]; nextCursor: string | null }> {
  const list = { name: 'members', select: 'SELECT m.* FROM members AS m', by: 'm', where: 'm.removed_at IS NULL' }
  const { rows, nextCursor } = await readPage(context, list, query)
  return { members: rows.map(toMember), nextCursor }
}

export async function findMember({ db }: Pick<Context, 'db'>, memberId: string): Promise<Member | null> {
  const [row] = await db.read('SELECT * FROM members WHERE id = $1 AND removed_at IS NULL', [memberId])
  return row ? toMember(row) : null
}

/** For whoever signs in by password: the member of a login, with what the password must match. */
export async function findLogin(
  { db }: Pick<Context, 'db'>,
  login: string,
): Promise<{ member: Member; passwordHash: string } | null> {
  const [row] = await db.read('SELECT * FROM members WHERE login = $1 AND removed_at IS NULL', [login])
  const passwordHash = row?.password_hash
  return row && typeof passwordHash === 'string' ? { member: toMember(row), passwordHash } : null
}

/** True until the first member has joined: the page of sign-in then tells of the setup link. */
export async function hasNoMembers({ db }: Pick<Context, 'db'>): Promise<boolean> {
  return (await db.read(`SELECT id FROM members WHERE removed_at IS NULL LIMIT ${LIMITS.pageDefault}`)).length === 0
}
