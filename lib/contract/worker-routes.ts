/**
 * Where a worker's calls go. Apart from their schemas, so that a tracked command starts without loading those: they take
 * longer than a start may.
 */
export const WORKER_ROUTES = {
  registerWorker: { method: 'POST', path: '/api/v1/workers' },
  heartbeat: { method: 'POST', path: '/api/v1/workers/{id}/heartbeats', params: { id: 'workerId' } },
  stopWorker: { method: 'DELETE', path: '/api/v1/workers/{id}', params: { id: 'workerId' } },
  createTask: { method: 'POST', path: '/api/v1/tasks' },
  getTask: { method: 'GET', path: '/api/v1/tasks/{id}', params: { id: 'taskId' } },
  claimTasks: { method: 'POST', path: '/api/v1/claims' },
  startAttempt: { method: 'POST', path: '/api/v1/tasks/{id}/attempts', params: { id: 'taskId' } },
  appendOutput: { method: 'POST', path: '/api/v1/tasks/{id}/output', params: { id: 'taskId' } },
  reportProgress: { method: 'POST', path: '/api/v1/tasks/{id}/progress', params: { id: 'taskId' } },
  saveCheckpoint: { method: 'POST', path: '/api/v1/tasks/{id}/checkpoints', params: { id: 'taskId' } },
  linkSession: { method: 'PUT', path: '/api/v1/tasks/{id}/session', params: { id: 'taskId' } },
  finishAttempt: { method: 'POST', path: '/api/v1/tasks/{id}/completion', params: { id: 'taskId' } },
} as const

export type WorkerCall = keyof typeof WORKER_ROUTES
