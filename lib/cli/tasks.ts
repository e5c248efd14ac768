/** `rollcall tasks` */
import { Command } from 'commander'
import type { EndpointInput } from '#lib/contract.ts'
import { listOf } from '#lib/task/view.ts'
import { clientOf } from './environment.ts'
import { folded } from './help.ts'
import { wholeNumber } from './options.ts'
import { clip, durationOf, instantOf, print, printJson, printTable, statusCell, textOf } from './print.ts'
import { aboutOf } from './task.ts'
import { findView } from './view.ts'

const EXAMPLES = `
Without a window it lists all that is open, and what was sealed in the last 24 hours.

Examples:
  rollcall tasks --status interrupted,failed
  rollcall tasks --repo acme/api --since 2026-11-21T00:00:00Z --json
  rollcall tasks --at 2026-11-21T14:02:00Z     what was under way then, wherever it is now
  rollcall tasks --label team=core --q timeout
  rollcall tasks --attempts '>1' --not 'agent:migrator status:success'
  rollcall tasks --view 'Failing now'`

export function tasksCommand(): Command {
  return new Command('tasks')
    .description('list tasks, newest first')
    .option('--status <list>', 'only these, comma-separated: running,interrupted,failed, ...')
    .option('--repo <repo>')
    .option('--agent <agent>')
    .option('--worker <worker>', 'id or name of the worker')
    .option('--user <user>')
    .option('--issue <number>', 'number of the issue', wholeNumber)
    .option('--label <label>', 'key or key=value')
    .option('--model <model>')
    .option('--error <class>', 'class of the error, whole')
    .option('--cause <cause>', 'why the attempt ended before its time: proven, suspected, operator, ...')
    .option('--cost <figure>', 'in US dollars: 3, ">1", "<=0.5"')
    .option('--attempts <figure>', 'how many there have been: 2, ">1"')
    .option('--not <pairs>', 'what is left out: "repo:acme/api status:success"')
    .option('--q <words>', 'words in the title, error or reason, or the beginning of an id')
    .option('--at <instant>', 'under way at this instant, by --worker if given')
    .option('--since <instant>', 'from this instant on, such as 2026-11-21T08:00:00Z')
    .option('--until <instant>')
    .option('--incident <id>')
    .option('--view <view>', 'name or id of a saved view; what is given beside it comes on top')
    .option('--limit <number>', 'how many, 500 at most', wholeNumber)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', folded(EXAMPLES))
    .action(async ({ json, view, ...given }: EndpointInput<'listTasks'> & { json?: true; view?: string }) => {
      const client = clientOf()
      const filters = view === undefined ? given : { ...listOf(await findView(client, view), Date.now()), ...given }
      const { tasks, nextCursor } = await client.call('listTasks', filters)
      if (json) return printJson({ tasks, nextCursor })
      if (tasks.length === 0) return print('no tasks')
      printTable(
        ['ID', 'STATUS', 'ATTEMPT', 'ABOUT', 'TITLE', 'AGENT', 'WORKER', 'STARTED (UTC)', 'LASTED'],
        tasks.map((task) => [
          task.id,
          statusCell(task.status),
          String(task.attempt),
          aboutOf(task),
          clip(textOf(task.title), 40),
          clip(textOf(task.agent), 16),
          clip(textOf(task.holder?.name), 24),
          instantOf(task.startedAt),
          durationOf(task.startedAt, task.finishedAt ?? task.interruptedAt),
        ]),
      )
      if (nextCursor) print(`more: rollcall tasks --cursor ${nextCursor} (with the same filters)`)
    })
}
