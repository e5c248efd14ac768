/** Whom each page and each action is for: what has no entry here fails tests/api/matrix.test.ts. */
import type { MemberRole } from '#lib/task/schema.ts'
import type { Stage } from './stage.ts'

/** Whom each action is for, and whether it is sent by a form. */
export const ACTIONS: Record<string, readonly [MemberRole | 'anybody', 'form' | 'call']> = {
  signInAction: ['anybody', 'form'],
  signOutAction: ['anybody', 'form'],
  followLinkAction: ['anybody', 'form'],
  changePasswordAction: ['viewer', 'form'],
  endOwnSignInAction: ['viewer', 'form'],
  endOwnSignInsAction: ['viewer', 'form'],
  failTaskAction: ['operator', 'form'],
  reassignTaskAction: ['operator', 'form'],
  undoReassignmentAction: ['operator', 'form'],
  cancelTaskAction: ['operator', 'form'],
  noteTaskAction: ['operator', 'form'],
  holdTaskAction: ['operator', 'form'],
  releaseTaskAction: ['operator', 'form'],
  quarantineTaskAction: ['operator', 'form'],
  compensateTaskAction: ['operator', 'form'],
  adoptReportAction: ['operator', 'form'],
  drainWorkerAction: ['operator', 'form'],
  resumeWorkerAction: ['operator', 'form'],
  declareDeadAction: ['operator', 'form'],
  takeIncidentAction: ['operator', 'form'],
  dropIncidentAction: ['operator', 'form'],
  noteIncidentAction: ['operator', 'form'],
  resolveIncidentAction: ['operator', 'form'],
  releaseIncidentAction: ['operator', 'form'],
  runOperationAction: ['operator', 'call'],
  countMatchingAction: ['operator', 'call'],
  abortOperationAction: ['operator', 'form'],
  retryOperationAction: ['operator', 'call'],
  pauseRecoveryAction: ['operator', 'form'],
  unpauseRecoveryAction: ['operator', 'form'],
  saveViewAction: ['viewer', 'call'],
  changeViewAction: ['viewer', 'call'],
  deleteViewAction: ['viewer', 'call'],
  chooseDefaultViewAction: ['viewer', 'call'],
  unmaskTaskAction: ['admin', 'call'],
  createTokenAction: ['admin', 'call'],
  rotateTokenAction: ['admin', 'call'],
  revokeTokenAction: ['admin', 'form'],
  inviteMemberAction: ['admin', 'call'],
  offerResetAction: ['admin', 'call'],
  revokeLinkAction: ['admin', 'form'],
  changeRoleAction: ['admin', 'form'],
  removeMemberAction: ['admin', 'form'],
  endSignInAction: ['admin', 'form'],
  endSignInsAction: ['admin', 'form'],
  createWebhookAction: ['admin', 'call'],
  rotateWebhookAction: ['admin', 'call'],
  switchWebhookAction: ['admin', 'form'],
  deleteWebhookAction: ['admin', 'form'],
  testWebhookAction: ['admin', 'form'],
  redeliverWebhookAction: ['admin', 'form'],
}

/** Whom each page is for, with an address of it. */
export const PAGES: Record<string, readonly [MemberRole | 'anybody', (stage: Stage) => Promise<string> | string]> = {
  '/': ['viewer', () => '/'],
  '/tasks': ['viewer', () => '/tasks'],
  '/tasks/[id]': ['viewer', async (stage) => `/tasks/${(await stage.create()).id}`],
  '/workers': ['viewer', () => '/workers'],
  '/workers/[id]': ['viewer', async (stage) => `/workers/${(await stage.hire()).id}`],
  '/incidents': ['viewer', () => '/incidents'],
  '/incidents/[id]': ['viewer', incidentPath],
  '/incidents/[id]/paper': ['viewer', async (stage) => `${await incidentPath(stage)}/paper`],
  '/operations': ['viewer', () => '/operations'],
  '/operations/[id]': ['viewer', operationPath],
  '/sessions': ['viewer', () => '/sessions'],
  '/recovery': ['viewer', () => '/recovery'],
  '/errors': ['viewer', () => '/errors'],
  '/settings': ['viewer', () => '/settings'],
  '/settings/configuration': ['viewer', () => '/settings/configuration'],
  '/settings/members': ['admin', () => '/settings/members'],
  '/settings/tokens': ['admin', () => '/settings/tokens'],
  '/settings/sign-ins': ['admin', () => '/settings/sign-ins'],
  '/settings/webhooks': ['admin', () => '/settings/webhooks'],
  '/audit': ['operator', () => '/audit'],
  '/exports/audit': ['operator', () => '/exports/audit'],
  '/exports/tasks': ['viewer', () => '/exports/tasks'],
  '/exports/tasks/[id]/output': [
    'viewer',
    async (stage) => `/exports/tasks/${(await stage.create()).id}/output?attempt=1`,
  ],
  '/exports/incidents/[id]': ['viewer', async (stage) => `/exports${await incidentPath(stage)}`],
  '/sign-in': ['anybody', () => '/sign-in'],
  // Without a provider both lead back to the sign-in; what they do with one stands in provider.test.ts.
  '/sign-in/provider': ['anybody', () => '/sign-in/provider?next=/workers'],
  '/sign-in/provider/callback': ['anybody', () => '/sign-in/provider/callback?code=x&state=y'],
  '/join/[code]': ['anybody', async (stage) => (await stage.admin.call('inviteMember', { role: 'viewer' })).path],
  '/api/v1/[...path]': ['viewer', () => '/api/v1/tasks?limit=1'],
}

async function incidentPath(stage: Stage): Promise<string> {
  const { worker } = await stage.begin()
  await stage.admin.call('declareDead', { workerId: worker.id, reason: 'its host burnt down' })
  return `/incidents/${(await stage.admin.call('listIncidents', { limit: 1 })).incidents[0]?.id}`
}

async function operationPath(stage: Stage): Promise<string> {
  const { id } = await stage.create()
  const order = { action: 'note' as const, ids: [id], reason: 'see the wiki', startAfterMs: 600_000 }
  return `/operations/${(await stage.admin.call('runOperation', order)).operation.id}`
}
