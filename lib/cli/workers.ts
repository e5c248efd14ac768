/** `rollcall workers` */
import { Command } from 'commander'
import { clientOf } from './environment.ts'
import { wholeNumber } from './options.ts'
import { clip, instantOf, print, printJson, printTable, statusCell, textOf } from './print.ts'

export function workersCommand(): Command {
  return new Command('workers')
    .description('list workers, newest first')
    .option('--limit <number>', 'how many, 500 at most', wholeNumber)
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', '\nExamples:\n  rollcall workers\n  rollcall workers --limit 10 --json')
    .action(async ({ json, ...filters }: { json?: true; limit?: number }) => {
      const { workers, nextCursor } = await clientOf().call('listWorkers', filters)
      if (json) return printJson({ workers, nextCursor })
      if (workers.length === 0) return print('no workers')
      printTable(
        ['ID', 'NAME', 'STATE', 'HOLDS', 'HOST', 'PID', 'SKILLS', 'LAST HEARTBEAT (UTC)'],
        workers.map((worker) => [
          worker.id,
          clip(textOf(worker.name), 32),
          statusCell(worker.state),
          `${worker.held}/${worker.slots}`,
          textOf(worker.host),
          String(worker.pid),
          clip(textOf(worker.skills.join(' ')), 32),
          instantOf(worker.lastHeartbeatAt),
        ]),
      )
    })
}
