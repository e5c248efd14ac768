/**
 * The writes of attempts and tasks by themselves, without the operations that look before they write: each names all that
 * it expects, and a row that is otherwise stays as it is.
 */
import { expect, it } from 'vitest'
import { applyChanges, lockTaskRows } from '#lib/ledger/core/change.ts'
import '#lib/ledger/index.ts'
import type { Input, Row } from '#lib/db/types.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { inTransaction, runAlone } from '../support/alone.ts'
import { seedCrowd } from '../support/crowd.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

/** Every statement that changes an attempt under way, by the name under which the ledger knows it. */
const OF_ATTEMPTS = [
  ...['endAttempts', 'markProgress', 'touchAttempts', 'updateUsage', 'nameSessions'],
  ...['markUnlisted', 'clearUnlisted', 'setAttemptStatus'],
]

const RIGHT = { task_id: 'crowd-again', attempt: 2, worker_id: 'crowd-worker' }
const WRONG = {
  'an attempt of another number': { ...RIGHT, attempt: 7 },
  'an attempt of another worker': { ...RIGHT, worker_id: 'somebody' },
  'an attempt that is over': { ...RIGHT, attempt: 1 },
  'an attempt that never was': { ...RIGHT, task_id: 'nobody' },
}

/** What the columns of these statements may be set to. */
const VALUES: Input = {
  at: 1_900_000_000_000,
  blame_ppm: 0,
  bytes: 3,
  status: 'waiting',
  session_id: 'another',
  turns: 7,
}

function write(ledger: Ledger, name: string, input: Input): Promise<Row[]> {
  const ended = name === 'endAttempts' ? { status: 'failed' } : {}
  return runAlone(ledger, name, { ...VALUES, ...ended, ...input })
}

forEachDialect('a write by itself', (open) => {
  const openCrowded = async () => {
    const ledger = await open()
    await seedCrowd(ledger.sql)
    return ledger
  }

  /** What clears a mark needs marks to clear, on all that might be taken for the right one. */
  const prepare = async (ledger: Ledger, name: string) => {
    if (name !== 'clearUnlisted') return
    await ledger.sql('UPDATE task_attempts SET unlisted_at = 1 WHERE finished_at IS NULL')
  }

  it.each(OF_ATTEMPTS)('of %s changes the attempt that it names, and no other', async (name) => {
    const ledger = await openCrowded()
    await prepare(ledger, name)
    const before = await rowsOf(ledger, 'task_attempts')
    await write(ledger, name, RIGHT)
    const after = await rowsOf(ledger, 'task_attempts')
    const changed = after.filter((row, index) => JSON.stringify(row) !== JSON.stringify(before[index]))
    expect(changed.map(({ task_id, attempt }) => [task_id, attempt])).toEqual([[RIGHT.task_id, RIGHT.attempt]])
  })

  it.each(OF_ATTEMPTS.flatMap((name) => Object.entries(WRONG).map(([what, ref]) => [name, what, ref] as const)))(
    'of %s leaves %s alone',
    async (name, _what, ref) => {
      const ledger = await openCrowded()
      await prepare(ledger, name)
      const before = await rowsOf(ledger, 'task_attempts')
      await write(ledger, name, ref)
      expect(await rowsOf(ledger, 'task_attempts')).toEqual(before)
    },
  )

  const rowOf = async (ledger: Ledger, id: string, changes: Partial<TaskRow> = {}): Promise<TaskRow> => {
    const [row] = await ledger.sql('SELECT * FROM task_history WHERE id = $1', [id])
    // The columns are the table's.
    return { ...(row as unknown as TaskRow), ...changes }
  }
  const change = async (ledger: Ledger, row: TaskRow) => {
    const plan = () => applyChanges({ now: 1_900_000_000_000 }, [{ row, set: { phase: 'changed' } }])
    return [...(await inTransaction(ledger, plan)).keys()]
  }

  it('of a task changes the one that it names, and no other', async () => {
    const ledger = await openCrowded()
    expect(await change(ledger, await rowOf(ledger, 'crowd-again'))).toEqual(['crowd-again'])
    const changed = (await rowsOf(ledger, 'task_history')).filter(({ phase }) => phase === 'changed')
    expect(changed.map(({ id }) => id)).toEqual(['crowd-again'])
  })

  it.each([
    ['of another status', 'crowd-again', { status: 'waiting' }],
    ['of another attempt', 'crowd-again', { attempt: 1 }],
    ['that is sealed', 'crowd-sealed', {}],
    ['that is not there', 'crowd-again', { id: 'nobody' }],
  ] as const)('of a task leaves one %s alone', async (_what, id, changes) => {
    const ledger = await openCrowded()
    const before = await rowsOf(ledger, 'task_history')
    expect(await change(ledger, await rowOf(ledger, id, changes))).toEqual([])
    expect(await rowsOf(ledger, 'task_history')).toEqual(before)
  })

  it('begins with rows that are whole, whatever is in them', async () => {
    const ledger = await openCrowded()
    const odd = `payload = '0.30000000000000004', cost_usd = 0.30000000000000004, title = '"é"\\ 😀', "user" = 'ada'`
    await ledger.sql(`UPDATE task_history SET ${odd} WHERE id = 'crowd-again'`)
    const ids = (await rowsOf(ledger, 'task_history')).map(({ id }) => String(id))
    const locked = await inTransaction(ledger, () => lockTaskRows(ids))
    for (const row of await ledger.sql('SELECT * FROM task_history')) expect(locked.get(String(row.id))).toEqual(row)
    expect(locked.size).toBe(ids.length)
  })

  it('of sessions ends the active one of the attempt that it names, and no other', async () => {
    const ledger = await openCrowded()
    const before = await rowsOf(ledger, 'sessions')
    const ended = { status: 'invalidated', reason: 'it is over' }
    await write(ledger, 'endSessions', { task_id: 'crowd-again', attempt: 7, ...ended })
    await write(ledger, 'endSessions', { task_id: 'nobody', attempt: 2, ...ended })
    await write(ledger, 'endSessions', { task_id: 'crowd-again', attempt: 1, ...ended })
    expect(await rowsOf(ledger, 'sessions')).toEqual(before)
    await write(ledger, 'endSessions', { task_id: 'crowd-again', attempt: 2, ...ended })
    const over = (await rowsOf(ledger, 'sessions')).filter(({ status }) => status === 'invalidated')
    expect(over.map(({ id }) => id)).toEqual(['crowd-again-2'])
  })
})
