/** `rollcall backup FILE` and `rollcall restore FILE`: the SQLite file of this host's server, out and in again. */
import { Command } from 'commander'
import { folded } from './help.ts'
import { print, printFields, printJson } from './print.ts'
import { type Contents, serverSide } from './server-side.ts'

const WHERE = `
Run it as the user of the server, in its folder and with its DATABASE_URL. PostgreSQL has tools of its own for this:
pg_dump and pg_restore, see docs/operations.md.`

const BACKUP_HELP = `
The server may go on: whatever it answered before the instant that is printed is in the file. The copy is on the disk
and has been read through when the command ends. It holds the hashes of all tokens, and is for its owner only.
${WHERE}

Examples:
  rollcall backup /var/backups/rollcall-$(date +%F).db
  rollcall backup --json /mnt/backup/rollcall.db`

const RESTORE_HELP = `
Stop the server first: the command refuses while anything has the file open. The backup is read through before and after;
the former file stays beside the new one. At its next start the server applies what migrations are missing, and gives
every worker one more lease, as after an outage.
${WHERE}

Example, between stopping the server and starting it again:
  rollcall restore /var/backups/rollcall-2026-11-21.db`

interface Shown {
  readonly json?: true
}

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the SQLite database of the server while it goes on')
    .argument('<file>', 'where to; it must not be there yet')
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', folded(BACKUP_HELP))
    .action(async (file: string, { json }: Shown) => {
      const done = await (await serverSide()).backUp(file)
      if (json) return printJson(done)
      print(`${done.file}: every write that was answered before ${done.asOf}`)
      printFields([['bytes', String(done.bytes)], ['writer waited', `${done.heldMs} ms`], ...contents(done)])
    })
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description('put a backup in the place of the SQLite database, while the server is stopped')
    .argument('<file>', 'what "rollcall backup" has made')
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', folded(RESTORE_HELP))
    .action(async (file: string, { json }: Shown) => {
      const done = await (await serverSide()).restore(file)
      if (json) return printJson(done)
      print(`${done.database} is what ${file} was`)
      printFields([['former file', done.replaced ?? 'there was none'], ...contents(done)])
    })
}

function contents({ counts, migration, pending }: Contents) {
  return [
    ...Object.entries(counts).map(([name, count]) => [name, String(count)] as const),
    ['newest migration', migration] as const,
    ['to be applied', pending.join(', ') || 'none'] as const,
  ]
}
