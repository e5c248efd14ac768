/** The `rollcall` command. Each command has a file of its own, and one that is named is loaded without the others. */
import { Command, CommanderError } from 'commander'
import { say, VERSION } from './environment.ts'
import { EXIT, EXIT_CODES_HELP, exitOf } from './exit-codes.ts'
import { folded } from './help.ts'

const EPILOG = `
Environment:
  ROLLCALL_URL         where the ledger is (http://127.0.0.1:3000)
  ROLLCALL_TOKEN       the token to come with: a worker's for run, work and hook,
                       an operator's or admin's for the rest
  ROLLCALL_STATE_PATH  what outlives a process here (~/.local/state/rollcall)

Examples:
  rollcall run -- npm test                                track a command as a task
  rollcall run --repo acme/api --issue 1104 -- ./agent    say what it is about
  rollcall work --skill build --slots 2 --exec ./build.sh take tasks and run a command for each
  rollcall tasks --status interrupted,failed              what has to be looked after
  rollcall reassign ID ID --reason 'host was rebooted'    hand tasks to another worker

${EXIT_CODES_HELP}`

const program = new Command('rollcall')
  .description('Keeps long-running tasks on record, from before they start until they end, however they end.')
  .version(VERSION)
  .enablePositionalOptions()
  .showHelpAfterError('(add --help for the options and examples)')
  .addHelpText('after', folded(EPILOG))

main()

async function main(): Promise<void> {
  try {
    for (const command of await commandsFor(process.argv[2])) program.addCommand(command.copyInheritedSettings(program))
    // A reader of our output that went away is no reason to end a command that is being tracked.
    for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0).on('error', () => undefined)
    overrideExit(program)
    await program.parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
    else {
      const exit = exitOf(error)
      say(exit.message)
      process.exitCode = exit.code
    }
  }
}

/** A command ends by returning, so that what it still writes is written. */
function overrideExit(command: Command): void {
  command.exitOverride()
  for (const each of command.commands) overrideExit(each.copyInheritedSettings(command))
}

/** A command that starts often, or with others waiting for it, comes alone. */
async function commandsFor(name: string | undefined): Promise<Command[]> {
  if (name === 'run') return [(await import('./run.ts')).runCommand()]
  if (name === 'hook') return [(await import('./hook.ts')).hookCommand()]
  return (await import('./commands.ts')).allCommands(program)
}
