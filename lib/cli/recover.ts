/** `rollcall recover` */
import { Command } from 'commander'
import { clientOf } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import { print, printJson, textOf } from './print.ts'

const TIMEOUT_MS = 120_000

export function recoverCommand(): Command {
  return new Command('recover')
    .description('look for dead workers now and recover what they held')
    .option('--dry-run', 'say what recovery would do, and do nothing')
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', '\nExamples:\n  rollcall recover --dry-run\n  rollcall recover')
    .action(async ({ json, dryRun }: { json?: true; dryRun?: true }) => {
      const input = dryRun ? { dryRun } : {}
      const { recoveryRun: run } = await clientOf().call('recover', input, { timeoutMs: TIMEOUT_MS })
      if (run.errors.length > 0) process.exitCode = EXIT.refused
      if (json) return printJson({ recoveryRun: run })
      for (const hint of run.hints) print(textOf(hint.text))
      for (const error of run.errors) print(`${error.taskId}: ${textOf(error.message)}`)
      const counts = `dead workers ${run.workersDead} · interrupted ${run.interrupted} · reassigned ${run.reassigned}`
      if (run.suspects > 0) print(`${run.suspects} died together with others: each runs alone next`)
      if (run.waiting > 0) print(`a storm: ${run.waiting} silent workers wait, and are given up one at a time`)
      print(
        `${dryRun ? 'would find' : 'found'}: ${counts} · quarantined ${run.quarantined} · errors ${run.errors.length}`,
      )
    })
}
