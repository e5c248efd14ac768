/** Many server processes boot at once over the same dead: each death is told once. */
import { execFile } from 'node:child_process'
import { mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { createTask, registerWorker } from '#lib/ledger/index.ts'
import { bundleTo } from '../../scripts/bundle.mjs'
import { taskOf, workerOf } from '../support/factories.ts'
import { removeFolder } from '../support/folders.ts'
import { checkInvariants } from '../support/invariants.ts'
import { ledgerOn, rowsOf } from '../support/ledger.ts'
import { ROOT } from '../support/sources.ts'

const BOOTS = 24
const WORKERS = 40
const TASKS_EACH = 10
const HERE = { bootId: 'boot-1', pidNamespace: 'pid:[1]', processStartedAt: '1' }

const open = ledgerOn('postgresql')

it('24 processes that boot at once over 400 dead tasks interrupt each once, in one incident', async () => {
  const ledger = await open()
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-boots-'))
  try {
    const file = join(folder, 'boot-once.mjs')
    await bundleTo(file, 'tests/support/boot-once.ts')
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const hired = await registerWorker.many(
      ledger.context,
      Array.from({ length: WORKERS }, () => workerOf(HERE)),
    )
    const commands = hired.flatMap((worker) =>
      worker.ok ? Array.from({ length: TASKS_EACH }, () => taskOf({ start: { workerId: worker.value.id } })) : [],
    )
    await createTask.many(ledger.context, commands)
    const env = { ...process.env, DATABASE_URL: ledger.db.url }
    const boots = await Promise.all(
      Array.from({ length: BOOTS }, () => promisify(execFile)(process.execPath, [file], { env })),
    )
    const runs = boots.map(({ stdout }): { hints: string[]; errors: unknown[] } => JSON.parse(stdout))
    expect(runs.flatMap(({ errors }) => errors)).toEqual([])
    expect(runs.flatMap(({ hints }) => hints).toSorted()).toEqual(commands.map(({ id }) => id).toSorted())
    const attempts = await rowsOf(ledger, 'task_attempts')
    expect(attempts.filter(({ status }) => status === 'interrupted')).toHaveLength(WORKERS * TASKS_EACH)
    expect(new Set(attempts.map((row) => row.incident_id)).size).toBe(1)
    expect(await rowsOf(ledger, 'incident_workers')).toHaveLength(WORKERS)
    await checkInvariants(ledger)
  } finally {
    removeFolder(folder)
  }
}, 120_000)
