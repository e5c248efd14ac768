/** An act over all tasks that a filter matches, and `rollcall operations`, which shows such acts and stops them. */
import { Command, InvalidArgumentError } from 'commander'
import type { EndpointInput } from '#lib/contract.ts'
import type { BulkOperation } from '#lib/task/schema.ts'
import { clientOf } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import { wholeNumber } from './options.ts'
import { clip, instantOf, print, printFields, printJson, printTable, textOf } from './print.ts'

type Order = EndpointInput<'runOperation'>

const POLL_MS = 300
/** Freezing tens of thousands of tasks, or rehearsing thousands, takes its time. */
const TIMEOUT_MS = 120_000

/** `status=interrupted,failed&repo=acme/api`, as in the address of the task list. */
export function filterOf(text: string): NonNullable<Order['filter']> {
  const pairs = [...new URLSearchParams(text)]
  if (pairs.length === 0) throw new InvalidArgumentError('It must have the form status=interrupted&repo=acme/api.')
  return Object.fromEntries(pairs)
}

/** Waits until it is over, so that what comes next in a script finds it done. */
export async function performBulk(order: Order, { json }: { json?: true | undefined }): Promise<void> {
  const client = clientOf()
  let { operation } = await client.call('runOperation', order, { timeoutMs: TIMEOUT_MS })
  while (operation.status === 'running') {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    operation = (await client.call('getOperation', { operationId: operation.id })).operation
  }
  if (operation.skipped + operation.failed > 0) process.exitCode = EXIT.refused
  if (json) printJson({ operation })
  else printOutcome(operation)
}

export function operationsCommand(): Command {
  return new Command('operations')
    .description('list bulk acts, newest first, or show one')
    .argument('[id]', 'id of an operation')
    .option('--abort', 'stop it between two batches; what is done stays done')
    .option('--reason <text>', 'why it is stopped')
    .option('--limit <number>', 'how many, 500 at most', wholeNumber)
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', `\nExample:\n  rollcall operations ID --abort --reason 'not these'`)
    .action(async (id: string | undefined, options: { abort?: true; reason?: string; limit?: number; json?: true }) => {
      if (id === undefined) return list(options)
      const client = clientOf()
      const reason = options.reason === undefined ? {} : { reason: options.reason }
      if (options.abort) await client.call('abortOperation', { operationId: id, ...reason })
      const { operation } = await client.call('getOperation', { operationId: id })
      if (options.json) return printJson({ operation })
      printOutcome(operation)
    })
}

async function list({ json, limit }: { json?: true; limit?: number }): Promise<void> {
  const answer = await clientOf().call('listOperations', limit === undefined ? {} : { limit })
  if (json) return printJson(answer)
  if (answer.operations.length === 0) return print('no operations')
  printTable(
    ['ID', 'ACT', 'STATUS', 'CHANGED', 'SKIPPED', 'FAILED', 'OF', 'BY', 'ORDERED (UTC)', 'REASON'],
    answer.operations.map((operation) => [
      operation.id,
      operation.action,
      operation.status,
      ...[operation.changed, operation.skipped, operation.failed, operation.total].map(String),
      clip(textOf(operation.actor.name), 20),
      instantOf(operation.createdAt),
      clip(textOf(operation.reason), 40),
    ]),
  )
}

function printOutcome(operation: BulkOperation): void {
  const { id, action, status, dryRun, total, changed, skipped, failed, reason, actor, leftAlone } = operation
  printFields([
    ['operation', dryRun ? 'dry run: nothing was changed' : id],
    ['act', `${action}, ordered by ${textOf(actor.name)}: ${textOf(reason)}`],
    ['status', status],
    [dryRun ? 'would' : 'tasks', `change ${changed}, skip ${skipped}, fail at ${failed}, of ${total}`],
  ])
  for (const { code, count, example } of leftAlone ?? []) {
    print(`${count} × ${code}, such as ${example.taskId}: ${textOf(example.detail)}`)
  }
}
