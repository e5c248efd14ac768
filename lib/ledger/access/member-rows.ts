/**
 * Invariant: there is an admin as soon as there was one. Whatever could take the last one away holds the rows of all
 * admins while it judges, so that two instances cannot each leave it to the other's.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan } from '#lib/db/types.ts'
import { type MemberRow, toMemberRow } from './rows.ts'

export const MEMBER_COLUMNS = 'id, login, name, role, password_hash, created_at, signed_in_at, removed_at'

const lock = statement(
  'lockMembers',
  (
    d,
  ) => `SELECT t.* FROM ${d.rows('id text')} JOIN members AS t ON t.removed_at IS NULL AND (t.role = 'admin' OR t.id = c.id)
    ORDER BY t.id ${d.lock}`,
)

/** The members there are of those that matter to a change: all admins, and the one that it is about. */
export function* lockMembers(memberId: string): Plan<Map<string, MemberRow>> {
  const rows = yield* run(lock, [{ id: memberId }])
  return new Map(rows.map((row) => [row.id as string, toMemberRow(row)]))
}

export function isLastAdmin(member: MemberRow, members: ReadonlyMap<string, MemberRow>): boolean {
  return member.role === 'admin' && [...members.values()].every(({ id, role }) => id === member.id || role !== 'admin')
}
