/** `rollcall drain ID` */
import { Command } from 'commander'
import { clientOf } from './environment.ts'
import { print, printJson, textOf } from './print.ts'

export function drainCommand(): Command {
  return new Command('drain')
    .description('let a worker finish what it holds and give it nothing new')
    .argument('<id>', 'id of the worker')
    .option('--reason <text>', 'why; it is kept')
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', `\nExample:\n  rollcall drain 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419 --reason 'a new kernel'`)
    .action(async (workerId: string, { json, reason }: { json?: true; reason?: string }) => {
      const { worker } = await clientOf().call('drainWorker', { workerId, ...(reason ? { reason } : {}) })
      if (json) return printJson({ worker })
      print(`${worker.id}  ${textOf(worker.name)} drains; it still holds ${worker.held}`)
    })
}
