/** Acts that go into the audit log, and hands that tamper with it. */

import type { Context } from '#lib/ledger/index.ts'
import { type Act, audited, cancelTask, createTask, listAudit, verifyAudit } from '#lib/ledger/index.ts'
import type { AuditEntry } from '#lib/task/audit.ts'
import { freshId, taskOf } from './factories.ts'
import type { DialectName, Ledger } from './ledger.ts'

export async function cancelAudited(context: Context, taskId: string, reason = 'not wanted'): Promise<unknown> {
  const command = { taskId, reason }
  const act: Act = { action: 'cancelTask', via: 'api', requestId: freshId('request'), command }
  return audited(context, act, (inner) => cancelTask(inner, command))
}

/** A log of this many entries. */
export async function fillLog(ledger: Ledger, entries: number): Promise<void> {
  for (let index = 0; index < entries; index += 1) {
    const { id } = await createTask(ledger.context, taskOf())
    await cancelAudited(ledger.context, id, `reason ${index + 1}`)
  }
}

/** Oldest first. */
export async function logOf(ledger: Ledger): Promise<AuditEntry[]> {
  return (await listAudit(ledger.context, { limit: 500 })).entries.reverse()
}

export async function faultsOf(ledger: Ledger): Promise<string[]> {
  return (await verifyAudit(ledger.context, {})).faults.map(({ kind, seq }) => `${kind} ${seq}`)
}

/** What somebody does who owns the database: takes the triggers away, changes what he likes, and puts them back. */
export async function tamper({ sql }: Ledger, dialect: DialectName, ...statements: readonly string[]): Promise<void> {
  if (dialect === 'postgresql') {
    await sql('ALTER TABLE audit_log DISABLE TRIGGER ALL')
    for (const text of statements) await sql(text)
    await sql('ALTER TABLE audit_log ENABLE TRIGGER ALL')
    return
  }
  const triggers = await sql(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_log'`)
  for (const { name } of triggers) await sql(`DROP TRIGGER ${String(name)}`)
  for (const text of statements) await sql(text)
  for (const { sql: text } of triggers) await sql(String(text))
}
