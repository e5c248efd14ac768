/** `rollcall task ID` */
import { Command } from 'commander'
import type { EndpointOutput } from '#lib/contract.ts'
import type { Task } from '#lib/task/schema.ts'
import { clientOf } from './environment.ts'
import { clip, durationOf, instantOf, print, printFields, printJson, printTable, statusCell, textOf } from './print.ts'

type TaskAnswer = EndpointOutput<'getTask'>

export function taskCommand(): Command {
  return new Command('task')
    .description('show one task: who holds it, what happens next, its attempts and its history')
    .argument('<id>', 'id of the task')
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', '\nExample:\n  rollcall task 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419')
    .action(async (taskId: string, options: { json?: true }) => {
      const client = clientOf()
      const answer = await client.call('getTask', { taskId })
      if (options.json) return printJson(answer)
      const { events } = await client.call('listEvents', { taskId, limit: 20 })
      printFields(fieldsOf(answer))
      printAttempts(answer)
      printSteps(answer)
      printReports(answer)
      print('')
      printTable(
        ['AT', 'EVENT', 'ATTEMPT', 'BY', 'REASON'],
        events.map((event) => [
          instantOf(event.at),
          event.type,
          textOf(event.attempt),
          textOf(event.actor.name),
          clip(textOf(event.reason), 80),
        ]),
      )
    })
}

function fieldsOf({ task, session, successorId }: TaskAnswer): [string, string | ReturnType<typeof statusCell>][] {
  return [
    ['task', task.id],
    ['title', textOf(task.title)],
    ['status', statusCell(task.status)],
    ['about', aboutOf(task)],
    ['agent', [task.agent, task.model].filter(Boolean).map(textOf).join(' · ') || '—'],
    ['worker', textOf(task.holder?.name)],
    ['session', session ? `${textOf(session.id)} (${session.status})` : '—'],
    ['started', instantOf(task.startedAt)],
    ['progress', progressOf(task)],
    ...(task.waitReason === null ? [] : [['waits for', textOf(task.waitReason)] as [string, string]]),
    ['ended', instantOf(task.finishedAt ?? task.interruptedAt)],
    ['error', textOf([task.errorClass, task.errorMessage].filter(Boolean).join(': ') || task.reason)],
    [
      'retries',
      `${task.retriesUsed} of ${task.maxRetries} used, ${task.interruptions} of ${task.maxInterruptions} interruptions`,
    ],
    ...(task.checkpointTurn === null ? [] : [['checkpoint', checkpointOf(task)] as [string, string]]),
    ['next', nextOf(task)],
    ...(task.predecessorId === null ? [] : [['released from', task.predecessorId] as [string, string]]),
    ...(successorId === null ? [] : [['goes on as', successorId] as [string, string]]),
  ]
}

function printAttempts({ attempts }: TaskAnswer): void {
  if (attempts.length === 0) return
  print('')
  printTable(
    ['ATTEMPT', 'STATUS', 'WORKER', 'STARTED (UTC)', 'LASTED', 'EXIT', 'REASON'],
    attempts.map((attempt) => [
      String(attempt.attempt),
      statusCell(attempt.status),
      textOf(attempt.workerName),
      instantOf(attempt.startedAt),
      durationOf(attempt.startedAt, attempt.finishedAt),
      textOf(attempt.exitCode),
      clip(textOf(attempt.errorMessage ?? attempt.reason ?? attempt.cause), 80),
    ]),
  )
}

function printSteps({ compensations }: TaskAnswer): void {
  if (compensations.length === 0) return
  print('')
  printTable(
    ['STEP', 'UNDOES', 'TARGET', 'STATUS', 'TRIES', 'ERROR'],
    compensations.map((step) => [
      String(step.position),
      textOf(step.kind),
      clip(textOf(step.target), 60),
      statusCell(step.status),
      String(step.tries),
      clip(textOf(step.error), 80),
    ]),
  )
}

function printReports({ lateReports }: TaskAnswer): void {
  if (lateReports.length === 0) return
  print('')
  printTable(
    ['LATE REPORT', 'ATTEMPT', 'SAYS', 'IS', 'WORKER', 'CAME (UTC)'],
    lateReports.map((report) => [
      textOf(report.id),
      String(report.attempt),
      statusCell(report.outcome),
      report.status,
      textOf(report.workerName),
      instantOf(report.receivedAt),
    ]),
  )
}

/** acme/api#1104 */
export function aboutOf({ repo, issueNumber }: Pick<Task, 'repo' | 'issueNumber'>): string {
  return textOf(`${repo ?? ''}${issueNumber === null ? '' : `#${issueNumber}`}`)
}

function progressOf({ progressAt, noProgressSince }: Task): string {
  return `${instantOf(progressAt)}${noProgressSince === null ? '' : ', and none for longer than its limit'}`
}

function checkpointOf({ checkpointTurn, resumesUsed }: Task): string {
  return `turn ${checkpointTurn}${resumesUsed === 0 ? '' : `, resumed ${resumesUsed} times`}`
}

function nextOf({ nextAction, nextAt, nextReason }: Task): string {
  if (nextAction === null) return '—'
  const when = nextAt === null ? '' : ` at ${instantOf(nextAt)}`
  return textOf(`${nextAction}${when}${nextReason === null ? '' : `: ${nextReason}`}`)
}
