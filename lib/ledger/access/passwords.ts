/** New passwords. What is kept is a slow hash, made before it comes here. A new one signs the member out elsewhere. */
import { run, statement } from '#lib/db/statement.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import type { Member } from '#lib/task/schema.ts'
import { closeLink, takeLink } from './links.ts'
import { lockMembers } from './member-rows.ts'
import { missing } from './members.ts'
import { toMember } from './rows.ts'
import { dropSignInsOf } from './sign-ins.ts'

const setHash = statement(
  'setMemberPassword',
  (d) => `UPDATE members AS m SET password_hash = c.hash FROM ${d.rows('member_id text, hash text, expected text')}
    WHERE m.id = c.member_id AND m.removed_at IS NULL AND m.password_hash IS NOT NULL
      AND (m.password_hash = c.expected OR c.expected IS NULL) RETURNING id`,
)

/** What is told of it: that there is another one. */
const NEW_PASSWORD = { before: { password: '***' }, after: { password: '***' } }

interface ResetByLink {
  readonly linkHash: string
  readonly passwordHash: string
}

export const resetByLink = operation<ResetByLink, Member>(
  'resetByLink',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { linkHash, passwordHash } = request.command
    const link = yield* takeLink(transaction, linkHash)
    if ('ok' in link) return [link]
    if (link.member_id === null) return [refused('invalid_transition', 'the link is to join, not for a new password')]
    const member = (yield* lockMembers(link.member_id)).get(link.member_id)
    if (!member) return [missing(link.member_id)]
    const changed = yield* run(setHash, [{ member_id: member.id, hash: passwordHash, expected: null }])
    if (changed.length === 0) return [missing(member.id)]
    yield* closeLink(transaction, link)
    yield* dropSignInsOf(member.id, null)
    return [done(toMember({ ...member }), NEW_PASSWORD)]
  },
)

interface SetPassword {
  readonly memberId: string
  readonly passwordHash: string
  /** The hash that was checked, so that of two changes at once one is refused. */
  readonly expected: string
  /** The sign-in that goes on; null ends them all. */
  readonly keep: string | null
  /** The same password under stronger parameters: no news to anybody, and nobody is signed out. */
  readonly rehashed?: boolean
}

export const setPassword = operation<SetPassword, Member>(
  'setPassword',
  ({ memberId }) => memberId,
  function* (_transaction, [request]) {
    if (!request) return []
    const { memberId, passwordHash, expected, keep, rehashed = false } = request.command
    const member = (yield* lockMembers(memberId)).get(memberId)
    if (!member) return [missing(memberId)]
    const changed = yield* run(setHash, [{ member_id: memberId, hash: passwordHash, expected }])
    if (changed.length === 0) return [refused('invalid_transition', 'the password was changed meanwhile')]
    if (!rehashed) yield* dropSignInsOf(memberId, keep)
    return [done(toMember({ ...member }), NEW_PASSWORD)]
  },
)
