/** Every act of an operator stands in the log, done or refused, in the transaction that decided it. */
import { expect, it } from 'vitest'
import { audited, createTask, pruneAudit, recordAudit, takeIncident, verifyAudit } from '#lib/ledger/index.ts'
import { TaskError } from '#lib/task/errors.ts'
import { cancelAudited, fillLog, logOf } from '../support/audit.ts'
import { codeOf, freshId, taskOf } from '../support/factories.ts'
import { forEachDialect, OPERATOR } from '../support/ledger.ts'

forEachDialect('the audit log', (open) => {
  it('tells who did what to what, by which way, from what to what, and why', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf())
    await cancelAudited(ledger.context, id, 'a duplicate; password=hunter2hunter2')
    const [entry] = await logOf(ledger)
    expect(entry).toMatchObject({
      seq: 1,
      at: new Date(ledger.clock()).toISOString(),
      actor: { kind: 'person', name: 'ada', role: 'operator' },
      via: 'api',
      action: 'cancelTask',
      target: { kind: 'task', id },
      before: { status: 'queued' },
      after: { status: 'cancelled' },
      result: 'done',
      previousHash: '0'.repeat(64),
    })
    const named = ['finishedAt', 'reason', 'sealedAt', 'status']
    expect([entry?.before, entry?.after].map((side) => Object.keys(side ?? {}))).toEqual([named, named])
    expect(entry?.reason).toMatch(/^a duplicate/)
    expect(entry?.reason).not.toContain('hunter2')
  })

  it('tells of a conflict what was refused, and why', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf())
    await cancelAudited(ledger.context, id)
    expect(await codeOf(cancelAudited(ledger.context, id))).toBe('sealed_task')
    const [, refused] = await logOf(ledger)
    expect(refused).toMatchObject({ seq: 2, result: 'sealed_task', before: null, after: null })
    expect(refused?.detail).toContain('sealed')
  })

  it('tells of what was refused before it came to an operation', async () => {
    const ledger = await open()
    const act = { action: 'failTask', via: 'web', requestId: 'r', command: { taskId: 't-1', reason: 'why' } } as const
    const forbidden = async () => {
      throw new TaskError('forbidden', 'a viewer may not')
    }
    expect(await codeOf(audited(ledger.context, act, forbidden))).toBe('forbidden')
    expect(await logOf(ledger)).toMatchObject([
      { action: 'failTask', result: 'forbidden', detail: 'a viewer may not', target: { id: 't-1' }, reason: 'why' },
    ])
  })

  it('enters an act of many transactions once, when it is done', async () => {
    const ledger = await open()
    const act = { action: 'recover', via: 'cli', requestId: 'r', command: { dryRun: true } } as const
    await audited(ledger.context, act, async (context) => {
      await createTask(context, taskOf())
      await createTask(context, taskOf())
    })
    expect(await logOf(ledger)).toMatchObject([{ action: 'recover', via: 'cli', after: { dryRun: true } }])
  })

  it('holds nothing of an act that was rolled back', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf())
    await ledger.sql('DELETE FROM audit_head')
    await ledger.sql(
      `INSERT INTO audit_head (id, seq, hash, pruned_hash) VALUES (1, 0, '${'0'.repeat(64)}', '${'0'.repeat(64)}')`,
    )
    // The place is taken, so that the entry cannot be written: the act must not stand without it.
    await ledger.sql(`INSERT INTO audit_log (seq, at, actor_kind, actor_name, actor_role, via, action, result, previous_hash, hash)
      VALUES (1, 0, 'person', 'x', 'admin', 'web', 'x', 'done', '${'0'.repeat(64)}', '${'1'.repeat(64)}')`)
    await expect(cancelAudited(ledger.context, id)).rejects.toThrow()
    expect(await ledger.sql(`SELECT status FROM task_history WHERE id = '${id}'`)).toEqual([{ status: 'queued' }])
  })

  it('enters no act of a worker, and none that nobody asked to enter', async () => {
    const ledger = await open()
    await createTask(ledger.context, taskOf())
    expect(await logOf(ledger)).toEqual([])
  })

  it('tells an incident that is not there', async () => {
    const ledger = await open()
    const command = { incidentId: 'nowhere' }
    const act = { action: 'takeIncident', via: 'web', requestId: 'r', command } as const
    expect(await codeOf(audited(ledger.context, act, (context) => takeIncident(context, command)))).toBe('not_found')
    expect(await logOf(ledger)).toMatchObject([{ result: 'not_found', target: { kind: 'incident', id: 'nowhere' } }])
  })

  it('makes one chain of what many enter at once, through several servers', async () => {
    const ledger = await open()
    const servers = ledger.db.dialect.name === 'sqlite' ? [ledger.db] : [ledger.db, await ledger.another()]
    const ids = Array.from({ length: 40 }, () => freshId('task'))
    await createTask.many(
      ledger.context,
      ids.map((id) => taskOf({ id })),
    )
    await Promise.all(
      ids.map((id, index) => cancelAudited(ledger.contextOf({ db: servers[index % servers.length] ?? ledger.db }), id)),
    )
    expect((await logOf(ledger)).map(({ seq }) => seq)).toEqual(ids.map((_id, index) => index + 1))
    expect(await verifyAudit(ledger.context, {})).toMatchObject({ ok: true, checked: 40, head: { seq: 40 } })
  })

  it('enters 60 refusals of one actor a minute, and tells how many it left out', async () => {
    const ledger = await open()
    const actor = { ...OPERATOR, name: freshId('mallory') }
    const context = ledger.contextOf({ actor })
    const refuse = async () => {
      throw new TaskError('forbidden', 'no')
    }
    const ask = () => codeOf(audited(context, { action: 'x', via: 'api', requestId: 'r' }, refuse))
    for (let index = 0; index < 70; index += 1) expect(await ask()).toBe('forbidden')
    const told = (await logOf(ledger)).filter(({ result }) => result === 'forbidden')
    expect(told).toHaveLength(60)
  })

  it('is pruned from its beginning only, and what is left still follows', async () => {
    const ledger = await open()
    await fillLog(ledger, 3)
    ledger.clock.advance(100_000)
    await fillLog(ledger, 2)
    await expect(ledger.sql('DELETE FROM audit_log WHERE seq = 1')).rejects.toThrow(/pruned from its beginning/)
    expect(await pruneAudit(ledger.context, { before: ledger.clock() - 50_000 })).toBe(3)
    expect((await logOf(ledger)).map(({ seq, action }) => `${seq} ${action}`)).toEqual([
      '4 cancelTask',
      '5 cancelTask',
      '6 pruneAudit',
    ])
    expect(await verifyAudit(ledger.context, {})).toMatchObject({ ok: true, from: 4, checked: 3 })
    expect(await pruneAudit(ledger.context, { before: ledger.clock() + 1 })).toBe(2)
  })

  it('can be changed by no statement', async () => {
    const ledger = await open()
    await recordAudit(ledger.context, { actor: OPERATOR, via: 'web', action: 'signIn' })
    await expect(ledger.sql(`UPDATE audit_log SET actor_name = 'x'`)).rejects.toThrow(/only ever appended/)
    await expect(ledger.sql('UPDATE audit_head SET seq = 0')).rejects.toThrow(/never goes back/)
  })
})
