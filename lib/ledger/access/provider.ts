/**
 * Members who come by a provider of identities. One is known by issuer and subject, and by nothing else: a login or an
 * e-mail address that a password's member has too does not make them the same.
 */
import { run, statement } from '#lib/db/statement.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import type { Member, MemberRole } from '#lib/task/schema.ts'
import { isLastAdmin, lockMembers } from './member-rows.ts'
import { insertMember, writeRole } from './members.ts'
import { toMember } from './rows.ts'
import { dropSignInsOf } from './sign-ins.ts'

export interface AdmitMember {
  /** Of the member, should there be none yet. */
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly login: string
  readonly name: string
  /** What the groups make of them; null is nobody. */
  readonly role: MemberRole | null
}

const find = statement(
  'findIdentity',
  (d) => `SELECT t.* FROM ${d.rows('issuer text, subject text')}
    JOIN members AS t ON t.issuer = c.issuer AND t.subject = c.subject`,
)

/** The provider decides about the role at each sign-in; who was removed here stays removed. */
export const admitMember = operation<AdmitMember, Member>(
  'admitMember',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { id, issuer, subject, login, name, role } = request.command
    const rows = yield* run(find, [{ issuer, subject }])
    const row = rows.find(({ removed_at }) => removed_at === null)
    if (!row && rows.length > 0) return [refused('forbidden', 'An admin has removed you from this ledger.')]
    if (role === null) {
      if (row) yield* dropSignInsOf(row.id as string, null)
      return [refused('forbidden', 'None of your groups may use this ledger.')]
    }
    if (!row) {
      const identity = { id, login, role, issuer, subject, password_hash: null }
      const { now } = transaction
      const made =
        (yield* insertMember(now, { ...identity, name })) ??
        (yield* insertMember(now, { ...identity, name: `${name} (${login})` }))
      if (!made)
        return [refused('forbidden', `Another member signs in as ${login} here; an admin can remove that one.`)]
      return [done(toMember(made), { before: null, after: { name, login, role, way: issuer } })]
    }
    const member = toMember(row)
    if (member.role === role) return [done(member, { before: { role }, after: { role } })]
    const members = yield* lockMembers(member.id)
    const known = members.get(member.id)
    if (known && isLastAdmin(known, members))
      return [done(member, { before: { role: 'admin' }, after: { role: 'admin' } })]
    yield* writeRole(member, role)
    return [done({ ...member, role }, { before: { role: member.role }, after: { role } })]
  },
)
