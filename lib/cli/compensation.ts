/** `rollcall compensation ID --kind K --target T`: an operator puts on record what undoes a side effect. */
import { Command } from 'commander'
import { clientOf } from './environment.ts'
import { print, printJson } from './print.ts'

interface CompensationOptions {
  readonly kind: string
  readonly target?: string
  readonly reason: string
  readonly json?: true
}

export function compensationCommand(): Command {
  return new Command('compensation')
    .description('put a step on record that undoes a side effect, or with --kind none that there is nothing to undo')
    .argument('<id>', 'id of the task')
    .requiredOption('--kind <kind>', 'what undoes it: a configured handler, or a worker with compensate:<kind>')
    .option('--target <text>', 'what to undo')
    .requiredOption('--reason <text>', 'why; it is kept for ever')
    .option('--json', 'print the step as JSON')
    .addHelpText('after', "\nExample:\n  rollcall compensation ID --kind none --reason 'it only read'")
    .action(async (taskId: string, { kind, target, reason, json }: CompensationOptions) => {
      const command = { taskId, kind, reason, ...(target === undefined ? {} : { target }) }
      const { compensation } = await clientOf().call('registerCompensation', command)
      if (json) return printJson(compensation)
      print(`${taskId}  step ${compensation.position} (${kind}) is on record`)
    })
}
