/** One server process as far as its boot recovery goes: every worker of its host is found gone. Prints what it did. */
import { openDatabase } from '#lib/db/open.ts'
import { recover, SYSTEM } from '#lib/ledger/index.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'

const db = await openDatabase(process.env.DATABASE_URL ?? '')
const context = { db, actor: SYSTEM, policy: createPolicy(settingsOf()) }
const host = { bootId: 'boot-1', pidNamespace: 'pid:[1]', isGone: () => true }
const run = await recover(context, { trigger: 'boot', sweepMs: 600_000, host })
await db.close()
process.stdout.write(JSON.stringify({ hints: run.hints.map(({ taskId }) => taskId), errors: run.errors }))
