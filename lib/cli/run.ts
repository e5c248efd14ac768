/** `rollcall run -- CMD ARGS` */
import { Command } from 'commander'
import { clientOf } from './environment.ts'
import { folded } from './help.ts'
import { label, several, wholeNumber } from './options.ts'
import { type RunOptions, trackCommand } from './track.ts'

const HELP = `
The task is on record as running before the command starts; if it cannot be put on record, the command is not run
(exit code 69). Output goes to the terminal unchanged and to the ledger as well. SIGINT, SIGTERM and SIGHUP are passed
on to the command. If rollcall itself is killed, the command and what it started in its process group end with it; what
it leaves running in that group is ended a second after it.
With --allow-offline a start that cannot be put on record in time is kept on this host first. The ledger gets it as soon as
it answers: while the command runs, or from the next rollcall run or work on this host.
The command finds ROLLCALL_TASK_ID and ROLLCALL_ATTEMPT in its environment.

Examples:
  rollcall run -- npm test
  rollcall run --repo acme/api --issue 1104 --title 'Fix login' --agent coder --model opus-5 -- ./agent --headless
  rollcall run --label team=core --require build --max-retries 2 -- make release`

export function runCommand(): Command {
  return new Command('run')
    .description('track any command as a task and return its exit code')
    .usage('[options] -- CMD [ARGS...]')
    .argument('<command...>', 'the command and its arguments')
    .passThroughOptions()
    .option('--id <id>', 'id of the task; one is made without it')
    .option('--title <title>', 'what it is; the command line without it')
    .option('--repo <repo>', 'the repository it works on')
    .option('--issue <number>', 'the issue it works on', wholeNumber)
    .option('--user <user>', 'for whom it runs; the user of this system without it')
    .option('--agent <agent>', 'the agent that works')
    .option('--agent-type <type>')
    .option('--model <model>')
    .option('--provider <provider>')
    .option('--session <id>', "the agent's session")
    .option('--label <key=value>', 'can be given several times', label)
    .option(
      '--require <skill>',
      'what a worker must be able to do to take it over; can be given several times',
      several,
    )
    .option('--max-retries <number>', 'how often a failed attempt is tried again', wholeNumber)
    .option('--progress-timeout-ms <ms>', 'without output or progress for so long, it counts as stuck', wholeNumber)
    .option('--lease-ms <ms>', 'how long the ledger waits for a sign of life', wholeNumber)
    .option('--start-timeout-ms <ms>', 'how long to try to put it on record', wholeNumber, 10_000)
    .option('--allow-offline', 'run it when the ledger cannot be reached; it is told later')
    .addHelpText('after', folded(HELP))
    .action(async (command: [string, ...string[]], options: RunOptions) => {
      process.exitCode = await trackCommand(clientOf(), command, options)
    })
}
