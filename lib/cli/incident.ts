/** `rollcall incident take|drop|note|resolve|release ID` */
import { Command } from 'commander'
import type { Incident } from '#lib/task/schema.ts'
import type { Client } from '#lib/worker/client.ts'
import { clientOf } from './environment.ts'
import { folded } from './help.ts'
import { print, printJson, textOf } from './print.ts'

interface Act {
  readonly name: string
  readonly description: string
  readonly done: string
  /** Whether it must be said why; a note is nothing else. */
  readonly reasoned: boolean
  perform(client: Client, incidentId: string, reason: string): Promise<{ incident: Incident }>
}

const ACTS: readonly Act[] = [
  {
    name: 'take',
    description: 'look after an incident; it then no longer resolves itself',
    done: 'is yours',
    reasoned: false,
    perform: (client, incidentId) => client.call('takeIncident', { incidentId }),
  },
  {
    name: 'drop',
    description: 'give an incident up to whoever takes it',
    done: 'is nobody’s',
    reasoned: false,
    perform: (client, incidentId) => client.call('dropIncident', { incidentId }),
  },
  {
    name: 'note',
    description: 'append a note to the history of an incident',
    done: 'noted',
    reasoned: true,
    perform: (client, incidentId, text) => client.call('noteIncident', { incidentId, text }),
  },
  {
    name: 'resolve',
    description: 'say that nobody needs to look at an incident any more',
    done: 'resolved',
    reasoned: true,
    perform: (client, incidentId, reason) => client.call('resolveIncident', { incidentId, reason }),
  },
  {
    name: 'release',
    description: 'let automatic recovery of an incident go on that was stopped',
    done: 'goes on',
    reasoned: true,
    perform: (client, incidentId, reason) => client.call('releaseIncident', { incidentId, reason }),
  },
]

const HELP = `
Examples:
  rollcall incident take ID
  rollcall incident release ID --reason 'the rack has power'`

export function incidentCommand(): Command {
  const command = new Command('incident').description('look after an incident: take, drop, note, resolve or release it')
  for (const act of ACTS) {
    const one = new Command(act.name).description(act.description).argument('<id>', 'id of the incident')
    if (act.reasoned)
      one.requiredOption('--reason <text>', act.name === 'note' ? 'the note' : 'why; it is kept for ever')
    one
      .option('--json', 'print the answer of the ledger as it is')
      .addHelpText(
        'after',
        `\nExample:\n  rollcall incident ${act.name} ID${act.reasoned ? " --reason 'the switch is back'" : ''}`,
      )
      .action(async (id: string, { json, reason = '' }: { json?: true; reason?: string }) => {
        const { incident } = await act.perform(clientOf(), id, reason)
        if (json) return printJson({ incident })
        print(
          `${incident.id}  ${textOf(incident.title)}: ${act.done}; ${incident.open} of ${incident.total} tasks open`,
        )
      })
    command.addCommand(one.copyInheritedSettings(command))
  }
  return command.addHelpText('after', folded(HELP))
}
