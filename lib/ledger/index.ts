/** The door of the ledger: what servers, pages and boot may call. */

export { type ActivityCursor, activityFromNow, readActivity } from './activity.ts'
export { adoptReport } from './adopt.ts'
export { releaseIncident } from './brake.ts'
export { abortOperation, retryOperation, runOperation } from './bulk.ts'
export { getOperation, listOperationItems, listOperations } from './bulk-read.ts'
export { type OperationRunner, runDueOperations, startOperationRunner } from './bulk-runner.ts'
export { cancelTask } from './cancel.ts'
export { readChart } from './chart.ts'
export { getCheckpoint, listCheckpoints, saveCheckpoint } from './checkpoint.ts'
export { claimTasks } from './claim.ts'
export { compensateTask } from './compensate.ts'
export { type Compensator, startCompensator } from './compensator.ts'
export { type Actor, COMPENSATOR, type Context, SWEEPER, SYSTEM } from './context.ts'
export { createTask } from './create.ts'
export { type ErrorGroup, type ErrorGroups, listErrorGroups } from './error-groups.ts'
export { failTask } from './fail.ts'
export { finishAttempt } from './finish.ts'
export { heartbeat } from './heartbeat.ts'
export { holdTask } from './hold.ts'
export { importTask } from './import.ts'
export { dropIncident, noteIncident, resolveIncident, takeIncident } from './incident-acts.ts'
export { getIncident, listIncidentEvents, listIncidents } from './incident-records.ts'
export { listReports } from './late-reports.ts'
export { linkSession } from './link-session.ts'
export { countMatching, listTasks } from './list-tasks.ts'
export { noteTask } from './note.ts'
export { type Figure, readStandings, type Standing } from './now.ts'
export { appendOutput } from './output.ts'
export { listPauses, pauseRecovery, unpauseRecovery } from './pause.ts'
export { reportProgress } from './progress.ts'
export { quarantineTask } from './quarantine.ts'
export {
  countTasks,
  countWorkers,
  getTask,
  listEvents,
  readHealth,
  readOutput,
  type TaskCount,
  type TaskDetail,
} from './read.ts'
export { reassignTask, undoReassignment } from './reassign.ts'
export {
  getRecoveryRun,
  getWorker,
  hasWorkedOn,
  listRecoveryRuns,
  listSessions,
  listWorkers,
  ownerOf,
} from './records.ts'
export { type Host, type RecoverOptions, recover } from './recover.ts'
export { registerWorker } from './register.ts'
export { registerCompensation } from './register-compensation.ts'
export { releaseTask } from './release.ts'
export { startAttempt } from './start.ts'
export { declareDead, stopWorker } from './stop.ts'
export { type Sweeper, startSweeper } from './sweeper.ts'
export { startTail, type Tail } from './tail.ts'
export { drainWorker, resumeWorker } from './worker-state.ts'
