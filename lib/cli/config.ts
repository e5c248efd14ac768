/** `rollcall config check`: what the server would take from its environment and its file. */
import { Command } from 'commander'
import { EXIT } from './exit-codes.ts'
import { folded } from './help.ts'
import { paint, print, printJson, printTable, textOf } from './print.ts'
import { type ConfigCheck, serverSide } from './server-side.ts'

const HELP = `
Reads the environment and the file of ROLLCALL_CONFIG as a start would, loads the strategies, and lists each setting with
where its value is from. Secrets are masked. Exit code 1 when the server would not start with it; warnings are no failure.
Run it as the user of the server, in its folder and with its environment.

Examples:
  rollcall config check
  ROLLCALL_CONFIG=/etc/rollcall/rollcall.json rollcall config check --json`

export function configCommand(): Command {
  const check = new Command('check')
    .description('check what the server would take from its environment and its file')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', folded(HELP))
    .action(async ({ json }: { json?: true }) => {
      const found = await (await serverSide()).checkConfig()
      if (found.trouble !== null) process.exitCode = EXIT.refused
      if (json) printJson({ ok: found.trouble === null, ...found })
      else show(found)
    })
  return new Command('config')
    .description('check the configuration of the server')
    .addCommand(check)
    .addHelpText('after', folded(HELP))
}

function show({ trouble, warnings, settings }: ConfigCheck): void {
  if (settings.length > 0)
    printTable(
      ['SETTING', 'VALUE', 'FROM'],
      settings.map(({ name, value, origin }) => [name, textOf(JSON.stringify(value)), origin]),
    )
  for (const warning of warnings) print(`${paint('warning', 'yellow')}  ${warning}`)
  print(trouble === null ? paint('A server would start with it.', 'green') : `${paint('failed', 'red')}   ${trouble}`)
}
