/** `rollcall adopt ID --report REPORT`: makes the outcome of a kept late report the task's own. */
import { Command } from 'commander'
import { clientOf } from './environment.ts'
import { wholeNumber } from './options.ts'
import { print, printJson } from './print.ts'

interface AdoptOptions {
  readonly report: string
  readonly reason: string
  readonly attempt?: number
  readonly json?: true
}

export function adoptCommand(): Command {
  return new Command('adopt')
    .description('make the outcome of a late report the task’s own; whoever holds the task loses it')
    .argument('<id>', 'id of the task')
    .requiredOption('--report <id>', 'id of the report, as "rollcall task ID" lists it')
    .requiredOption('--reason <text>', 'why; it is kept for ever')
    .option('--attempt <n>', 'of the report, where two attempts used the same id', wholeNumber)
    .option('--json', 'print the task as JSON')
    .addHelpText('after', "\nExample:\n  rollcall adopt ID --report end-1 --reason 'its work was done'")
    .action(async (taskId: string, { report: reportId, reason, attempt, json }: AdoptOptions) => {
      const command = { taskId, reportId, reason, ...(attempt === undefined ? {} : { attempt }) }
      const answer = await clientOf().call('adoptReport', command)
      if (json) return printJson(answer)
      print(`${taskId}  adopted: ${answer.task.status}`)
    })
}
