/** `rollcall pause` and `rollcall unpause` */
import { Command } from 'commander'
import { TaskError } from '#lib/task/errors.ts'
import { clientOf } from './environment.ts'
import { duration } from './options.ts'
import { instantOf, print, printJson, textOf } from './print.ts'

export function pauseCommand(): Command {
  return new Command('pause')
    .description('let automatic recovery wait; deaths are still noticed and written down')
    .requiredOption('--for <time>', 'how long, such as 30m or 2h; 7d at most', duration)
    .requiredOption('--reason <text>', 'why; everybody sees it')
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', `\nExample:\n  rollcall pause --for 30m --reason 'the network is moved'`)
    .action(async ({ for: forMs, reason, json }: { for: number; reason: string; json?: true }) => {
      const { pause } = await clientOf().call('pauseRecovery', { forMs, reason })
      if (json) return printJson({ pause })
      print(`automatic recovery is paused until ${instantOf(pause.until)}: ${textOf(pause.reason)}`)
    })
}

export function unpauseCommand(): Command {
  return new Command('unpause')
    .description('let automatic recovery go on before the end of its pause')
    .option('--reason <text>', 'why; it is kept')
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', `\nExample:\n  rollcall unpause --reason 'the network is back'`)
    .action(async ({ reason, json }: { reason?: string; json?: true }) => {
      const client = clientOf()
      const { pauses } = await client.call('listPauses', { limit: 1 })
      const [active] = pauses.filter(({ endedAt }) => endedAt === null)
      if (!active) throw new TaskError('invalid_transition', 'automatic recovery is not paused')
      const { pause } = await client.call('unpauseRecovery', { pauseId: active.id, ...(reason ? { reason } : {}) })
      if (json) return printJson({ pause })
      print('automatic recovery goes on')
    })
}
