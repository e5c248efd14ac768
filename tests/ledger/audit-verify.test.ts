/** A verification finds what a hand with every right has done to the log, and says where. */
import { expect, it } from 'vitest'
import { hashOf, type Link } from '#lib/ledger/core/audit-chain.ts'
import { verifyAudit } from '#lib/ledger/index.ts'
import { faultsOf, fillLog, logOf, tamper } from '../support/audit.ts'
import { forEachDialect } from '../support/ledger.ts'

const COLUMNS = `at, actor_kind, actor_name, actor_role, actor_id, via, action, target_kind, target_id, "before", "after",
  reason, request_id, result, detail, previous_hash, hash`

forEachDialect('a verification of the audit log', (open, dialect) => {
  it('finds nothing in a log that nobody touched, a page at a time', async () => {
    const ledger = await open()
    await fillLog(ledger, 5)
    const first = await verifyAudit(ledger.context, { limit: 3 })
    expect(first).toMatchObject({ ok: true, checked: 3, next: 3 })
    expect(await verifyAudit(ledger.context, { after: 3 })).toMatchObject({ ok: true, checked: 2, next: null })
  })

  it.each(['actor_name', 'reason', 'result', '"after"', 'target_id', 'via'])('finds a changed %s', async (column) => {
    const ledger = await open()
    await fillLog(ledger, 5)
    await tamper(ledger, dialect, `UPDATE audit_log SET ${column} = 'api' WHERE seq = 3`, 'SELECT 1')
    if (column === 'via') await tamper(ledger, dialect, `UPDATE audit_log SET via = 'web' WHERE seq = 3`)
    expect(await faultsOf(ledger)).toEqual(['changed 3'])
  })

  it('finds an entry whose hash was made anew as well', async () => {
    const ledger = await open()
    await fillLog(ledger, 5)
    await tamper(ledger, dialect, `UPDATE audit_log SET previous_hash = hash WHERE seq = 4`)
    expect(await faultsOf(ledger)).toEqual(['changed 4'])
  })

  it('finds a changed entry although its own hash was made to fit', async () => {
    const ledger = await open()
    await fillLog(ledger, 5)
    const [row] = await ledger.sql('SELECT * FROM audit_log WHERE seq = 3')
    // The columns are those of the table.
    const changed = { ...(row as unknown as Link & { previous_hash: string }), reason: 'another' }
    const hash = hashOf(changed, changed.previous_hash)
    await tamper(ledger, dialect, `UPDATE audit_log SET reason = 'another', hash = '${hash}' WHERE seq = 3`)
    expect(await faultsOf(ledger)).toEqual(['inserted 4'])
  })

  it('finds removed entries, in the middle and at the end', async () => {
    const ledger = await open()
    await fillLog(ledger, 6)
    await tamper(ledger, dialect, 'DELETE FROM audit_log WHERE seq IN (2, 3, 6)')
    expect(await faultsOf(ledger)).toEqual(['removed 4', 'removed 6'])
  })

  it('finds entries that changed places', async () => {
    const ledger = await open()
    await fillLog(ledger, 5)
    const swap = [
      'UPDATE audit_log SET seq = 100 WHERE seq = 2',
      'UPDATE audit_log SET seq = 2 WHERE seq = 3',
      'UPDATE audit_log SET seq = 3 WHERE seq = 100',
    ]
    await tamper(ledger, dialect, ...swap)
    expect(await faultsOf(ledger)).toEqual(['moved 2', 'moved 3', 'moved 4'])
  })

  it('finds an entry that was put between two others', async () => {
    const ledger = await open()
    await fillLog(ledger, 5)
    const move = [5, 4, 3].map((seq) => `UPDATE audit_log SET seq = ${seq + 1} WHERE seq = ${seq}`)
    const copy = `INSERT INTO audit_log (seq, ${COLUMNS}) SELECT 3, ${COLUMNS} FROM audit_log WHERE seq = 1`
    await tamper(ledger, dialect, ...move, copy)
    const { faults } = await verifyAudit(ledger.context, {})
    expect(faults.length).toBeGreaterThan(0)
    expect(faults[0]).toMatchObject({ seq: 3 })
    expect(faults.map(({ kind }) => kind)).toContain('inserted')
  })

  it('finds an entry that was added to the end', async () => {
    const ledger = await open()
    await fillLog(ledger, 3)
    await tamper(
      ledger,
      dialect,
      `INSERT INTO audit_log (seq, ${COLUMNS}) SELECT 4, ${COLUMNS} FROM audit_log WHERE seq = 3`,
    )
    expect((await faultsOf(ledger)).at(-1)).toBe('inserted 4')
  })

  it('finds a log made anew, by a head that was noted before', async () => {
    const ledger = await open()
    await fillLog(ledger, 3)
    const { head } = await verifyAudit(ledger.context, {})
    const noted = `${head.seq}:${head.hash}`
    expect(await verifyAudit(ledger.context, { expect: noted })).toMatchObject({ ok: true })
    await ledger.sql('DELETE FROM audit_head')
    await ledger.sql('DELETE FROM audit_log')
    await fillLog(ledger, 3)
    expect(await verifyAudit(ledger.context, {})).toMatchObject({ ok: true })
    expect((await verifyAudit(ledger.context, { expect: noted })).faults).toMatchObject([{ seq: 3, kind: 'head' }])
    expect(await logOf(ledger)).toHaveLength(3)
  })
})
