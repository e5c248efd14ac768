/** `rollcall doctor`: whether this host can work for its ledger, and what to do where it cannot. */
import { Command } from 'commander'
import { type Check, examine } from './doctor-checks.ts'
import { EXIT } from './exit-codes.ts'
import { folded } from './help.ts'
import { paint, print, printJson, textOf } from './print.ts'

const HELP = `
Looks at the address, the server and its sweeper, the token, the clock, the versions, the state folder and its disk, and
says for each trouble what to do. Exit code 1 when something is broken; a warning alone is no failure.

Examples:
  rollcall doctor
  ROLLCALL_URL=https://rollcall.example.com rollcall doctor --json`

const LOOK = { ok: 'green', warning: 'yellow', failed: 'red' } as const

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check whether this host can work for its ledger')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', folded(HELP))
    .action(async ({ json }: { json?: true }) => {
      const checks = await examine()
      const failed = checks.filter(({ result }) => result === 'failed').length
      if (failed > 0) process.exitCode = EXIT.refused
      if (json) return printJson({ ok: failed === 0, checks })
      for (const check of checks) printCheck(check)
    })
}

function printCheck({ name, result, found, remedy }: Check): void {
  print(`${paint(result.padEnd(8), LOOK[result])} ${name.padEnd(8)} ${textOf(found)}`)
  if (remedy !== null) print(`${' '.repeat(18)}→ ${remedy}`)
}
