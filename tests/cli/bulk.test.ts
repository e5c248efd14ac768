/** Acts over a filter, and the list of such acts: what is sent, what is shown, how it ends. */
import { describe, expect, test } from 'vitest'
import type { BulkOperation } from '#lib/task/schema.ts'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()
const rollcall = async (...args: string[]) => {
  const run = t.cli.start(args, { env: { ROLLCALL_URL: t.ledger.url, ROLLCALL_TOKEN: 'rc_test' } })
  const code = await run.ended
  return { code, stdout: run.stdout(), stderr: run.stderr() }
}

const AT = '2026-11-21T08:00:00.000Z'
const operation: BulkOperation = {
  ...{ id: 'op-1', action: 'fail', reason: 'burnt', actor: { kind: 'token', name: 'ada' }, filter: { repo: 'a' } },
  ...{
    workerId: null,
    holdMs: null,
    retryOf: null,
    dryRun: false,
    status: 'done',
    total: 3,
    sideEffects: 0,
    changed: 2,
    skipped: 1,
  },
  ...{ failed: 0, createdAt: AT, startsAt: AT, startedAt: AT, finishedAt: AT, abortedBy: null },
  leftAlone: [{ result: 'skipped', code: 'sealed_task', count: 1, example: { taskId: 't', detail: 'it is sealed' } }],
}

describe('an act with --filter', () => {
  test('is one operation; it waits for its end, says what was skipped and why, and ends with 1', async () => {
    let looks = 0
    t.ledger.on({
      runOperation: () => ({ operation: { ...operation, status: 'running', leftAlone: null } }),
      getOperation: () => ({ operation: { ...operation, status: ++looks < 2 ? 'running' : 'done' } }),
    })
    const { code, stdout } = await rollcall('fail', '--filter', 'status=interrupted,failed&repo=a', '--reason', 'burnt')
    const filter = { status: 'interrupted,failed', repo: 'a' }
    expect(t.ledger.inputs('runOperation')).toEqual([{ action: 'fail', filter, reason: 'burnt' }])
    expect(looks).toBe(2)
    expect(code).toBe(1)
    expect(stdout).toContain('change 2, skip 1, fail at 0, of 3')
    expect(stdout).toContain('1 × sealed_task, such as t: it is sealed')
  })

  test('and --dry-run says that nothing was changed', async () => {
    t.ledger.on({ runOperation: () => ({ operation: { ...operation, dryRun: true, skipped: 0, leftAlone: [] } }) })
    const { code, stdout } = await rollcall('fail', '--filter', 'repo=a', '--reason', 'burnt', '--dry-run')
    expect(t.ledger.inputs('runOperation')).toMatchObject([{ dryRun: true }])
    expect(code).toBe(0)
    expect(stdout).toContain('dry run: nothing was changed')
  })

  test.each([
    [['fail', '--reason', 'burnt']],
    [['fail', 'a', '--filter', 'repo=a', '--reason', 'burnt']],
    [['fail', 'a', '--dry-run', '--reason', 'burnt']],
    [['fail', '--filter', '', '--reason', 'burnt']],
  ])('is refused where it is unclear what it is about: %j', async (args) => {
    expect(await rollcall(...args)).toMatchObject({ code: 64 })
    expect(t.ledger.calls).toEqual([])
  })
})

describe('rollcall operations', () => {
  test('lists them, and stops one with its reason', async () => {
    t.ledger.on({
      listOperations: () => ({ operations: [operation], nextCursor: null }),
      abortOperation: () => ({ operation }),
      getOperation: () => ({ operation: { ...operation, status: 'aborted' } }),
    })
    expect((await rollcall('operations')).stdout).toContain('op-1  fail  done')
    const { stdout } = await rollcall('operations', 'op-1', '--abort', '--reason', 'not these')
    expect(t.ledger.inputs('abortOperation')).toEqual([{ operationId: 'op-1', reason: 'not these' }])
    expect(stdout).toContain('aborted')
  })
})
