/**
 * Whoever guesses passwords waits. Invariant: a try is counted before its password is looked at, in one write of the
 * database, so that neither many at once, nor a restart, nor another instance gives more tries than there are.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Row } from '#lib/db/types.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import { instant } from '#lib/ledger/core/rows.ts'

/** Tries are forgotten this long after the first of them, or after the block that they led to. */
const WINDOW_MS = 15 * 60_000
const FREE = { account: 5, address: 30 } as const
const FIRST_BLOCK_MS = 15_000
const BLOCK_MS_MAX = WINDOW_MS

export interface TryKeys {
  /** Of a login, whether somebody has it or not: the answer must not tell. */
  readonly account: string
  readonly address: string
}

const lock = statement(
  'lockSignInTries',
  (d) => `SELECT t.* FROM ${d.rows('key text')} JOIN sign_in_tries AS t ON t.key = c.key ORDER BY t.key ${d.lock}`,
)
const LONG_AGO = `excluded.since - ${WINDOW_MS}`
const OVER = `sign_in_tries.since < ${LONG_AGO} AND sign_in_tries.blocked_until < ${LONG_AGO}`
const count = statement(
  'countSignInTries',
  (d) => `INSERT INTO sign_in_tries (key, tries, since, blocked_until)
    SELECT c.key, 1, c.now, 0 FROM ${d.rows('key text, now bigint')} WHERE true
    ON CONFLICT (key) DO UPDATE SET tries = CASE WHEN ${OVER} THEN 1 ELSE sign_in_tries.tries + 1 END,
      since = CASE WHEN ${OVER} THEN excluded.since ELSE sign_in_tries.since END
    RETURNING key, tries`,
)
const block = statement(
  'blockSignInTries',
  (d) => `UPDATE sign_in_tries AS t SET blocked_until = c.until FROM ${d.rows('key text, until bigint')}
    WHERE t.key = c.key`,
)
const prune = statement(
  'pruneSignInTries',
  (d) => `DELETE FROM sign_in_tries WHERE key IN (SELECT t.key FROM ${d.rows('before bigint')}
    JOIN sign_in_tries AS t ON t.since < c.before AND t.blocked_until < c.before LIMIT 1000)`,
)

/** Counts a try, or refuses it while its account or its address is blocked. Answers what the next ones have to wait for. */
export const countTry = operation<TryKeys, string[]>(
  'countTry',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { now } = transaction
    const keys = keysOf(request.command)
    const before = yield* run(
      lock,
      keys.map(({ key }) => ({ key })),
    )
    const until = Math.max(0, ...before.map((row) => Number(row.blocked_until)))
    if (until > now) {
      const facts = { retryAt: instant(until), retryAfterMs: until - now }
      return [refused('rate_limited', `too many tries to sign in: the next one is taken at ${facts.retryAt}`, facts)]
    }
    yield* run(prune, [{ before: now - 2 * WINDOW_MS }])
    const counted = yield* run(
      count,
      keys.map(({ key }) => ({ key, now })),
    )
    const blocked = keys.flatMap(({ key, free }) => blockOf(counted, key, free, now))
    yield* run(block, blocked)
    return [done(blocked.map(({ key, tries }) => `${tries} tries of one ${key.split(':', 1)[0]}`))]
  },
)

/** The first block is short, each next one twice as long. */
function blockOf(counted: readonly Row[], key: string, free: number, now: number) {
  const tries = Number(counted.find((row) => row.key === key)?.tries ?? 0)
  if (tries < free) return []
  return [{ key, tries, until: now + Math.min(BLOCK_MS_MAX, FIRST_BLOCK_MS * 2 ** Math.min(20, tries - free)) }]
}

const forget = statement(
  'forgetSignInTries',
  (d) => `DELETE FROM sign_in_tries WHERE key IN (SELECT c.key FROM ${d.rows('key text')})`,
)
const giveBack = statement(
  'giveBackSignInTries',
  (d) => `UPDATE sign_in_tries AS t SET tries = t.tries - 1,
      blocked_until = CASE WHEN t.tries <= ${FREE.address} THEN 0 ELSE t.blocked_until END
    FROM ${d.rows('key text')} WHERE t.key = c.key AND t.tries > 0`,
)

/** After a password that was right: the account begins anew, and its address gets this try back. */
export const forgiveTries = operation<TryKeys, null>(
  'forgiveTries',
  () => '',
  function* (_transaction, requests) {
    const keys = requests.map(({ command }) => command)
    yield* run(
      forget,
      keys.map(({ account }) => ({ key: `account:${account}` })),
    )
    yield* run(
      giveBack,
      keys.map(({ address }) => ({ key: `address:${address}` })),
    )
    return requests.map(() => done(null))
  },
)

function keysOf({ account, address }: TryKeys) {
  return [
    { key: `account:${account}`, free: FREE.account },
    { key: `address:${address}`, free: FREE.address },
  ]
}
