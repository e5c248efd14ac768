/** `rollcall fail|reassign|cancel|note ID...`: an operator's acts, each with a reason that is kept. */
import { Command } from 'commander'
import { isTaskError } from '#lib/task/errors.ts'
import type { OperationAction } from '#lib/task/schema.ts'
import type { Client } from '#lib/worker/client.ts'
import { filterOf, performBulk } from './bulk.ts'
import { clientOf, say } from './environment.ts'
import { EXIT, exitOf } from './exit-codes.ts'
import { wholeNumber } from './options.ts'
import { print, printJson, textOf } from './print.ts'

interface ActOptions {
  readonly reason: string
  readonly json?: true
  readonly worker?: string
  readonly holdMs?: number
  readonly filter?: ReturnType<typeof filterOf>
  readonly dryRun?: true
}

interface Act {
  readonly name: OperationAction
  readonly description: string
  /** What a line of the answer says was done. */
  readonly done: string
  perform(client: Client, taskId: string, options: ActOptions): Promise<object>
}

const ACTS: readonly Act[] = [
  {
    name: 'fail',
    description: 'fail tasks by hand',
    done: 'failed',
    perform: (client, taskId, { reason }) => client.call('failTask', { taskId, reason }),
  },
  {
    name: 'reassign',
    description: 'give tasks to any worker that can do them, or to one',
    done: 'reassigned',
    perform: (client, taskId, { reason, worker, holdMs }) =>
      client.call('reassignTask', {
        taskId,
        reason,
        ...(worker ? { workerId: worker } : {}),
        ...(holdMs ? { holdMs } : {}),
      }),
  },
  {
    name: 'cancel',
    description: 'cancel tasks; running ones are asked to stop with the next heartbeat of their worker',
    done: 'cancelled, or asked to stop',
    perform: (client, taskId, { reason }) => client.call('cancelTask', { taskId, reason }),
  },
  {
    name: 'note',
    description: 'append a note to the history of tasks; sealed ones take notes too',
    done: 'noted',
    perform: (client, taskId, { reason }) => client.call('noteTask', { taskId, text: reason }),
  },
  {
    name: 'hold',
    description: 'keep tasks from being taken, brought back or undone until they are released',
    done: 'held',
    perform: (client, taskId, { reason }) => client.call('holdTask', { taskId, reason }),
  },
  {
    name: 'release',
    description: 'let held tasks go on; a quarantined one comes back as a new task',
    done: 'released',
    perform: (client, taskId, { reason }) => client.call('releaseTask', { taskId, reason }),
  },
  {
    name: 'quarantine',
    description: 'seal tasks that do harm; whoever holds them loses them',
    done: 'quarantined',
    perform: (client, taskId, { reason }) => client.call('quarantineTask', { taskId, reason }),
  },
  {
    name: 'compensate',
    description: 'undo the side effects of tasks, from the last step to the first',
    done: 'to be undone',
    perform: (client, taskId, { reason }) => client.call('compensateTask', { taskId, reason }),
  },
]

export function actCommands(): Command[] {
  return ACTS.map((act) => {
    const command = new Command(act.name)
      .description(act.description)
      .argument('[ids...]', 'ids of the tasks')
      .requiredOption('--reason <text>', act.name === 'note' ? 'the note' : 'why; it is kept for ever')
      .option('--filter <query>', 'all tasks that match, such as status=interrupted&repo=acme/api', filterOf)
      .option('--dry-run', 'with a filter: say what would happen, and do nothing')
      .option('--json', 'print what became of each task as JSON')
    if (act.name === 'reassign') {
      command
        .option('--worker <id>', 'only this worker may take them')
        .option('--hold-ms <ms>', 'how long it can be undone before a worker may take them', wholeNumber)
    }
    return command
      .addHelpText('after', `\nExample:\n  rollcall ${act.name} ID ID --reason 'the host was rebooted'`)
      .action((ids: string[], options: ActOptions) => begin(command, act, ids, options))
  })
}

async function begin(command: Command, act: Act, ids: readonly string[], options: ActOptions): Promise<void> {
  const { filter, dryRun, reason, worker, holdMs, json } = options
  if ((ids.length === 0) === (filter === undefined)) command.error('error: name the tasks, or give a --filter')
  if (filter === undefined && dryRun) command.error('error: --dry-run goes with a --filter')
  if (filter === undefined) return perform(act, ids, options)
  const target = { ...(worker && { workerId: worker }), ...(holdMs && { holdMs }) }
  await performBulk({ action: act.name, filter, reason, ...target, ...(dryRun && { dryRun }) }, { json })
}

/** One by one, so that each task has its own answer; one refusal does not hold up the rest. */
async function perform(act: Act, ids: readonly string[], options: ActOptions): Promise<void> {
  const client = clientOf()
  const results: object[] = []
  for (const id of ids) {
    try {
      results.push({ id, ...(await act.perform(client, id, options)) })
      if (!options.json) print(`${id}  ${act.done}`)
    } catch (error) {
      if (!isTaskError(error)) throw error
      const exit = exitOf(error)
      // Without an answer, or without permission, the next task would fare no better.
      if (exit.code === EXIT.unavailable || exit.code === EXIT.permission) throw error
      if (process.exitCode !== EXIT.refused) process.exitCode = exit.code
      results.push({ id, error: { code: error.code, detail: error.message, ...error.facts } })
      say(`${id}: ${textOf(exit.message)}`)
    }
  }
  if (options.json) printJson(results)
}
