/** `rollcall import FILE`: takes a history over that another program kept. */
import { Buffer } from 'node:buffer'
import { Command } from 'commander'
import type { ImportTask } from '#lib/task/imports.ts'
import { LIMITS } from '#lib/task/schema.ts'
import type { Client } from '#lib/worker/client.ts'
import { readHistory, type Skipped } from '#lib/worker/history-file.ts'
import { clientOf } from './environment.ts'
import { EXIT, Exit } from './exit-codes.ts'
import { folded } from './help.ts'
import { print, printJson, textOf } from './print.ts'

const HELP = `
FILE is a SQLite file with a table task_history. Columns under older names are found ("issue" for issue_number, "cost" for
cost_usd, "ended_at" for finished_at, ...), older statuses are mapped ("failure" is failed), times without an offset are
UTC. What was under way counts as interrupted, and an interrupted task has no end. Nothing starts by an import: what can
still be recovered is held for an operator. A task that is in the ledger already stays as it is, so that the same file can
be taken over again. Exit code 1 when a row could not be taken over.

Examples:
  rollcall import ./tasks.db
  rollcall import ./tasks.db --dry-run --json`

const PAGE_ROWS = 500
/** What a request may hold, with room for what surrounds the tasks. */
const BODY_BYTES = LIMITS.bodyBytes - 1024

interface ImportReport {
  read: number
  imported: number
  unchanged: number
  readonly refused: Skipped[]
}

export function importCommand(): Command {
  return new Command('import')
    .description('take over the task history of another program')
    .argument('<file>', 'a SQLite file with a table task_history')
    .option('--dry-run', 'only read the file, and say what would be taken over')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', folded(HELP))
    .action(async (file: string, options: { dryRun?: true; json?: true }) => {
      const report = await importFile(options.dryRun ? undefined : clientOf(), file)
      if (report.refused.length > 0) process.exitCode = EXIT.refused
      if (options.json) return printJson({ ...report, dryRun: Boolean(options.dryRun) })
      for (const { id, why } of report.refused) print(`${textOf(id)}  not taken over: ${textOf(why)}`)
      const counts = `imported ${report.imported} · unchanged ${report.unchanged} · refused ${report.refused.length}`
      print(
        options.dryRun
          ? `would take over ${report.read - report.refused.length} of ${report.read} tasks`
          : `read ${report.read} · ${counts}`,
      )
    })
}

async function importFile(client: Client | undefined, file: string): Promise<ImportReport> {
  const report: ImportReport = { read: 0, imported: 0, unchanged: 0, refused: [] }
  const pages = readHistory(file, PAGE_ROWS)
  for (;;) {
    const next = await pages.next().catch((error: Error) => {
      throw new Exit(EXIT.usage, error.message)
    })
    if (next.done) return report
    const { tasks, skipped } = next.value
    report.read += tasks.length + skipped.length
    report.refused.push(...skipped)
    if (client) for (const batch of batches(tasks)) await send(client, batch, report)
  }
}

async function send(client: Client, tasks: readonly ImportTask[], report: ImportReport): Promise<void> {
  try {
    const { results } = await client.call('importTasks', { tasks: [...tasks] })
    for (const result of results) {
      if ('error' in result) report.refused.push({ id: result.id, why: result.error.detail })
      else report[result.result]++
    }
  } catch (error) {
    // One row that the ledger cannot take must not keep out the others: it is closed in by halves.
    const [only] = tasks
    if (!isInvalid(error) || !only) throw error
    const half = Math.ceil(tasks.length / 2)
    if (tasks.length === 1) report.refused.push({ id: only.id, why: error.message })
    else for (const part of [tasks.slice(0, half), tasks.slice(half)]) await send(client, part, report)
  }
}

function isInvalid(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && (error.code === 'validation' || error.code === 'payload_too_large')
  )
}

/** As many at a time as a request may hold. */
function* batches(tasks: readonly ImportTask[]): Generator<ImportTask[]> {
  let batch: ImportTask[] = []
  let bytes = 0
  for (const task of tasks) {
    const size = Buffer.byteLength(JSON.stringify(task)) + 1
    if (batch.length > 0 && bytes + size > BODY_BYTES) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(task)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
