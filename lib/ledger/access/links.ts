/**
 * Links that open once: for the first admin, for whoever is invited, for a new password. Only the hash of a link's code
 * is kept. Whatever a link does marks it used in the same commit, and only while it is open.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Refusal, Transaction } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import { instant } from '#lib/ledger/core/rows.ts'
import type { InviteMember, OfferReset, RevokeLink } from '#lib/task/access-commands.ts'
import type { ListPage } from '#lib/task/commands.ts'
import { TaskError } from '#lib/task/errors.ts'
import { ACCESS_LIMITS, type AccessLink } from '#lib/task/schema.ts'
import { lockMembers } from './member-rows.ts'
import { readPage } from './page.ts'
import { type LinkRow, toLink, toLinkRow } from './rows.ts'

/** Minted by whoever makes a link, so that the code itself never comes here. */
export interface Minted {
  readonly id: string
  readonly hash: string
}

const COLUMNS = 'id, kind, role, member_id, name, created_by, created_at, expires_at, used_at, revoked_at'

const insertLinks = statement(
  'insertAccessLinks',
  (d) => `INSERT INTO access_links (id, kind, hash, role, member_id, name, created_by, created_at, expires_at)
    SELECT c.id, c.kind, c.hash, c.role, c.member_id, c.name, c.created_by, c.at, c.expires_at
    FROM ${d.rows('id text, kind text, hash text, role text, member_id text, name text, created_by text, at bigint, expires_at bigint')}
    WHERE true RETURNING ${COLUMNS}`,
)

const revokeOthers = statement(
  'revokeOpenAccessLinks',
  (d) => `UPDATE access_links AS l SET revoked_at = c.now FROM ${d.rows('kind text, member_id text, now bigint')}
    WHERE l.kind = c.kind AND l.used_at IS NULL AND l.revoked_at IS NULL
      AND (l.member_id = c.member_id OR c.member_id IS NULL)`,
)

export const inviteMember = operation<InviteMember & Minted, AccessLink>(
  'inviteMember',
  ({ id }) => id,
  function* (transaction, requests) {
    const { now } = transaction
    const rows = yield* run(
      insertLinks,
      requests.map(({ context: { actor }, command: { id, hash, role, name = null, ttlMs } }) => ({
        ...{ id, hash, role, name, kind: 'invitation', member_id: null, created_by: actor.name },
        ...{ at: now, expires_at: now + (ttlMs ?? ACCESS_LIMITS.invitationMs) },
      })),
    )
    const links = new Map(rows.map((row) => [row.id, toLink(row)]))
    return requests.map(({ command: { id, role, name = null } }) => {
      const link = links.get(id)
      const after = { linkId: id, role, name }
      return link ? done(link, { before: null, after }) : refused('unavailable', 'the invitation could not be written')
    })
  },
)

/** A link by which a member chooses a new password; earlier ones for the same member open no more. */
export const offerReset = operation<OfferReset & Minted, AccessLink>(
  'offerReset',
  ({ memberId }) => memberId,
  function* (transaction, [request]) {
    if (!request) return []
    const { command, context } = request
    const { now } = transaction
    const { id, hash, memberId } = command
    const member = (yield* lockMembers(memberId)).get(memberId)
    if (!member) return [refused('not_found', `no member has the id ${memberId}`, { memberId })]
    if (member.password_hash === null) {
      return [refused('invalid_transition', 'this member signs in by the provider and has no password here')]
    }
    yield* run(revokeOthers, [{ kind: 'reset', member_id: memberId, now }])
    const expires_at = now + (command.ttlMs ?? ACCESS_LIMITS.resetMs)
    const made = { id, hash, kind: 'reset', role: null, member_id: memberId, name: member.name }
    const [row] = yield* run(insertLinks, [{ ...made, created_by: context.actor.name, at: now, expires_at }])
    const after = { linkId: id, name: member.name }
    return [row ? done(toLink(row), { before: null, after }) : refused('unavailable', 'the link could not be written')]
  },
)

/** A new link for the first admin, in place of those before; null where an admin can sign in or come with a token. */
export const offerSetup = operation<Minted, AccessLink | null>(
  'offerSetup',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { now } = transaction
    const admins = [...(yield* lockMembers('')).values()]
    const tokens = yield* run(readAdminTokens, [{ now }])
    if (admins.length + tokens.length > 0) return [done(null)]
    yield* run(revokeOthers, [{ kind: 'setup', member_id: null, now }])
    const made = { ...request.command, kind: 'setup', role: null, member_id: null, name: null }
    const when = { created_by: request.context.actor.name, at: now, expires_at: now + ACCESS_LIMITS.setupMs }
    const [row] = yield* run(insertLinks, [{ ...made, ...when }])
    return [row ? done(toLink(row)) : refused('unavailable', 'the link could not be written')]
  },
)

const readAdminTokens = statement(
  'readAdminTokens',
  (d) => `SELECT k.id FROM ${d.rows('now bigint')} JOIN tokens AS k ON k.role = 'admin' AND k.revoked_at IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > c.now) LIMIT 1`,
)

const revoke = statement(
  'revokeAccessLink',
  (d) => `UPDATE access_links AS l SET revoked_at = c.now FROM ${d.rows('link_id text, now bigint')}
    WHERE l.id = c.link_id AND l.used_at IS NULL AND l.revoked_at IS NULL RETURNING ${COLUMNS}`,
)
const readById = statement(
  'readAccessLink',
  (d) => `SELECT l.* FROM ${d.rows('id text')} JOIN access_links AS l ON l.id = c.id`,
)

export const revokeLink = operation<RevokeLink, AccessLink>(
  'revokeLink',
  ({ linkId }) => linkId,
  function* (transaction, [request]) {
    if (!request) return []
    const { linkId } = request.command
    const [row] = yield* run(revoke, [{ link_id: linkId, now: transaction.now }])
    if (row) {
      const told = { kind: row.kind, name: row.name, revokedAt: null }
      return [done(toLink(row), { before: told, after: { ...told, revokedAt: instant(row.revoked_at) } })]
    }
    const [known] = yield* run(readById, [{ id: linkId }])
    if (!known) return [refused('not_found', `no link has the id ${linkId}`, { linkId })]
    return [closed(toLinkRow(known), transaction.now)]
  },
)

const lockLink = statement(
  'lockAccessLink',
  (d) => `SELECT t.* FROM ${d.rows('hash text')} JOIN access_links AS t ON t.hash = c.hash ${d.lock}`,
)
const markUsed = statement(
  'useAccessLink',
  (d) => `UPDATE access_links AS l SET used_at = c.now FROM ${d.rows('link_id text, now bigint')}
    WHERE l.id = c.link_id AND l.used_at IS NULL AND l.revoked_at IS NULL AND l.expires_at > c.now RETURNING id`,
)

/** The open link of this code, locked; or why it opens no more. */
export function* takeLink({ now }: Transaction, hash: string): Plan<LinkRow | Refusal> {
  const [row] = yield* run(lockLink, [{ hash }])
  const link = row && toLinkRow(row)
  if (!link) return refused('not_found', 'no link has this code: it was cut off, or it is of another ledger')
  return isOpen(link, now) ? link : closed(link, now)
}

/** Throws, and so takes back all that the link has done, should it not be open any more. */
export function* closeLink({ now }: Transaction, { id }: LinkRow): Plan<void> {
  const closedNow = yield* run(markUsed, [{ link_id: id, now }])
  if (closedNow.length === 0) throw new TaskError('unavailable', 'somebody else is using the link')
}

export function isOpen({ used_at, revoked_at, expires_at }: LinkRow, now: number): boolean {
  return used_at === null && revoked_at === null && expires_at > now
}

function closed(link: LinkRow, now: number): Refusal {
  if (link.used_at !== null) return refused('invalid_transition', `the link was used at ${instant(link.used_at)}`)
  if (link.revoked_at !== null) return refused('invalid_transition', 'the link was revoked, or another took its place')
  if (link.expires_at <= now)
    return refused('invalid_transition', `the link was good until ${instant(link.expires_at)}`)
  return refused('unavailable', 'the link could not be changed')
}

/** What a link is for, for the page behind it; throws when it opens no more. */
export async function readLink({ db }: Pick<Context, 'db'>, hash: string): Promise<AccessLink> {
  const [row] = await db.read('SELECT * FROM access_links WHERE hash = $1', [hash])
  const now = await db.now()
  if (!row) throw refused('not_found', 'no link has this code: it was cut off, or it is of another ledger').error
  const link = toLinkRow(row)
  if (!isOpen(link, now)) throw closed(link, now).error
  return toLink(row)
}

/** Newest first; invitations and resets, open or not. */
export async function listLinks(
  context: Context,
  query: ListPage,
): Promise<{ links: AccessLink[]; nextCursor: string | null }> {
  const list = { name: 'links', select: 'SELECT l.* FROM access_links AS l', by: 'l', where: "l.kind <> 'setup'" }
  const { rows, nextCursor } = await readPage(context, list, query)
  return { links: rows.map(toLink), nextCursor }
}
