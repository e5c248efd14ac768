/** `rollcall work --exec CMD` */
import { Buffer } from 'node:buffer'
import { Command } from 'commander'
import { isTaskError } from '#lib/task/errors.ts'
import { runCommand } from '#lib/worker/command.ts'
import { type ClaimedTask, type Handler, Worker, type WorkerOptions } from '#lib/worker/worker.ts'
import { clientOf, say, VERSION } from './environment.ts'
import { folded } from './help.ts'
import { label, several, wholeNumber } from './options.ts'
import { textOf } from './print.ts'

const HELP = `
CMD is run by sh -c for each task. Exit code 0 is a success, any other a failure. It gets the task as JSON on stdin, and
in its environment ROLLCALL_TASK_ID, ROLLCALL_ATTEMPT, ROLLCALL_TITLE, ROLLCALL_REPO, ROLLCALL_ISSUE, ROLLCALL_AGENT,
ROLLCALL_MODEL, and as JSON ROLLCALL_LABELS, ROLLCALL_PAYLOAD and ROLLCALL_RESUME (what an earlier attempt left).

SIGTERM or SIGINT: nothing new is taken, and it ends when what it holds is done. A second one stops that too.

Examples:
  rollcall work --skill build --slots 2 --exec './build.sh "$ROLLCALL_REPO"'
  rollcall work --exec 'jq -r .title' --once`

interface WorkCommandOptions {
  readonly exec: string
  readonly skill?: string[]
  readonly label?: Record<string, string>
  readonly slots: number
  readonly name?: string
  readonly leaseMs?: number
  readonly once?: true
}

export function workCommand(): Command {
  return new Command('work')
    .description('claim tasks and run a command for each')
    .requiredOption('--exec <cmd>', 'the command')
    .option('--skill <skill>', 'what it can do; can be given several times', several)
    .option('--label <key=value>', 'can be given several times', label)
    .option('--slots <number>', 'how many tasks at a time', wholeNumber, 1)
    .option('--name <name>', 'how people shall call it')
    .option('--lease-ms <ms>', 'how long the ledger waits for a sign of life', wholeNumber)
    .option('--once', 'end after one task')
    .addHelpText('after', folded(HELP))
    .action(async (options: WorkCommandOptions) => {
      const worker = new Worker(clientOf(), workerOptionsOf(options))
      const listener = onSignals(worker)
      try {
        await worker.run(handlerOf(options))
      } finally {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, listener)
      }
    })
}

function workerOptionsOf({ skill, label, slots, name, leaseMs, once }: WorkCommandOptions): WorkerOptions {
  return {
    registration: {
      version: VERSION,
      slots: once ? 1 : slots,
      ...(skill ? { skills: skill } : {}),
      ...(label ? { labels: label } : {}),
      ...(name ? { name } : {}),
      ...(leaseMs ? { leaseMs } : {}),
    },
    registerForMs: 10_000,
    ...(once ? { limit: 1 } : {}),
    onNotice: say,
    onRegistered: (workerId) => say(`worker ${workerId} waits for tasks, pid ${process.pid}`),
    onFinished: (task, attempt, result) => {
      const end =
        result === undefined ? 'stopped' : result instanceof Error ? `not taken: ${result.message}` : result.status
      say(`task ${task.id} attempt ${attempt}: ${end}`)
      if (isTaskError(result)) say(textOf(result.code))
    },
  }
}

function handlerOf({ exec }: WorkCommandOptions): Handler {
  return async (task, attempt) => {
    say(`task ${task.id} attempt ${attempt.attempt}: ${task.title}`)
    const { report } = await runCommand(attempt, {
      command: ['/bin/sh', '-c', exec],
      stdin: { text: `${JSON.stringify(task)}\n` },
      terminal: process,
      env: { ...process.env, ...environmentOf(task, attempt.attempt) },
    })
    return report
  }
}

function onSignals(worker: Worker): () => void {
  let draining = false
  const listener = () => {
    if (draining) worker.abort()
    else worker.drain()
    say(draining ? 'stopping what still runs' : 'draining: nothing new is taken; once more stops what still runs')
    draining = true
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener)
  return listener
}

/** Linux takes no variable over 128 KiB; what is larger is on stdin only. */
const VARIABLE_BYTES = 100 * 1024

function environmentOf(task: ClaimedTask, attempt: number): Record<string, string> {
  const values: Record<string, unknown> = {
    ROLLCALL_TASK_ID: task.id,
    ROLLCALL_ATTEMPT: attempt,
    ROLLCALL_TITLE: task.title,
    ROLLCALL_REPO: task.repo,
    ROLLCALL_ISSUE: task.issueNumber,
    ROLLCALL_AGENT: task.agent,
    ROLLCALL_MODEL: task.model,
    ROLLCALL_LABELS: JSON.stringify(task.labels),
    ROLLCALL_PAYLOAD: JSON.stringify(task.payload),
    ROLLCALL_RESUME: JSON.stringify(task.resume),
  }
  const known = Object.entries(values).map(([name, value]) => [name, value === null ? '' : String(value)] as const)
  return Object.fromEntries(known.filter(([, value]) => Buffer.byteLength(value) <= VARIABLE_BYTES))
}
