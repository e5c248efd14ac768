/** The door of the ledger: what servers, pages and boot may call. */

export {
  inviteMember,
  listLinks,
  offerReset,
  offerSetup,
  readLink,
  revokeLink,
} from './access/links.ts'
export {
  changeRole,
  findLogin,
  findMember,
  hasNoMembers,
  joinByLink,
  listMembers,
  removeMember,
} from './access/members.ts'
export { resetByLink, setPassword } from './access/passwords.ts'
export { admitMember } from './access/provider.ts'
export {
  beginSignIn,
  endSignIn,
  endSignIns,
  type FoundSignIn,
  findSignIn,
  listSignIns,
  type SignInWay,
} from './access/sign-ins.ts'
export { countTry, forgiveTries, type TryKeys } from './access/throttle.ts'
export {
  type Bearer,
  createToken,
  findBearer,
  keepEnvironmentToken,
  listTokens,
  revokeToken,
  rotateToken,
} from './access/tokens.ts'
export { type Act, audited, recordAudit } from './audit/audited.ts'
export { type FailedSignIn, recordFailedSignIn } from './audit/failed-sign-ins.ts'
export { pruneAudit } from './audit/prune.ts'
export { listAudit } from './audit/read.ts'
export { verifyAudit } from './audit/verify.ts'
export { abortOperation, retryOperation, runOperation } from './bulk/bulk.ts'
export { getOperation, listOperationItems, listOperations } from './bulk/read.ts'
export { runDueOperations, startOperationRunner } from './bulk/runner.ts'
export { type Compensator, startCompensator } from './compensation/compensator.ts'
export { registerCompensation } from './compensation/register-compensation.ts'
export { type Actor, COMPENSATOR, type Context, SWEEPER, SYSTEM } from './core/context.ts'
export { eventShownTo, isMaskedFor, shownTo } from './core/reader.ts'
export { dropIncident, noteIncident, resolveIncident, takeIncident } from './incident/acts.ts'
export { getIncident, listIncidentEvents, listIncidents } from './incident/records.ts'
export { type ActivityCursor, activityFromNow, readActivity } from './read/activity.ts'
export { readChart } from './read/chart.ts'
export { listErrorGroups } from './read/error-groups.ts'
export { countMatching, listTasks } from './read/list-tasks.ts'
export { type Figure, readStandings, type Standing } from './read/now.ts'
export {
  countTasks,
  countWorkers,
  getTask,
  listEvents,
  readHealth,
  readOutput,
} from './read/read.ts'
export {
  getRecoveryRun,
  getWorker,
  hasWorkedOn,
  listRecoveryRuns,
  listSessions,
  listWorkers,
  ownerOf,
} from './read/records.ts'
export { readEventsEnd, startTail, type Tail } from './read/tail.ts'
export { listTaskValues } from './read/task-values.ts'
export { readThroughput } from './read/throughput.ts'
export { releaseIncident } from './recovery/brake.ts'
export { listPauses, pauseRecovery, unpauseRecovery } from './recovery/pause.ts'
export { type Host, type RecoverOptions, recover } from './recovery/recover.ts'
export { type Sweeper, startSweeper } from './recovery/sweeper.ts'
export { adoptReport } from './task/adopt.ts'
export { cancelTask } from './task/cancel.ts'
export { compensateTask } from './task/compensate.ts'
export { createTask } from './task/create.ts'
export { failTask } from './task/fail.ts'
export { holdTask } from './task/hold.ts'
export { importTask } from './task/import.ts'
export { noteTask } from './task/note.ts'
export { quarantineTask } from './task/quarantine.ts'
export { reassignTask, undoReassignment } from './task/reassign.ts'
export { releaseTask } from './task/release.ts'
export { unmaskTask } from './task/unmask.ts'
export { findDefaultView, listViews } from './view/rows.ts'
export { changeView, chooseDefaultView, deleteView, saveView } from './view/views.ts'
export { type Alerter, startAlerter } from './webhook/alerter.ts'
export { startFollowing } from './webhook/follow.ts'
export { createSendMail } from './webhook/mail.ts'
export { countDeliveries, listDeliveries, redeliverWebhook, testWebhook } from './webhook/queue.ts'
export { createWebhook, deleteWebhook, listWebhooks, rotateWebhook, updateWebhook } from './webhook/webhooks.ts'
export { getCheckpoint, listCheckpoints, saveCheckpoint } from './worker/checkpoint.ts'
export { claimTasks } from './worker/claim.ts'
export { finishAttempt } from './worker/finish.ts'
export { heartbeat } from './worker/heartbeat.ts'
export { listReports } from './worker/late-reports.ts'
export { linkSession } from './worker/link-session.ts'
export { appendOutput } from './worker/output.ts'
export { reportProgress } from './worker/progress.ts'
export { registerWorker } from './worker/register.ts'
export { startAttempt } from './worker/start.ts'
export { declareDead, stopWorker } from './worker/stop.ts'
export { drainWorker, resumeWorker } from './worker/worker-state.ts'
