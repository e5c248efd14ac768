/** A task of an older history with every field that it may have. */
import { freshId, taskOf } from './factories.ts'

export function importExample() {
  const about = { repo: 'acme/api', issueNumber: 1104, user: 'ada', agent: 'coder' }
  return {
    ...taskOf({ correlationId: freshId('saga'), ...about }),
    id: freshId('old'),
    agentType: 'cli',
    model: 'large-1',
    provider: 'acme',
    payload: ['a'],
    labels: { team: 'web' },
    status: 'failed',
    createdAt: '2026-05-11T14:00:00Z',
    startedAt: '2026-05-11T14:37:00+00:00',
    interruptedAt: '2026-05-11T14:50:00Z',
    finishedAt: '2026-05-11T15:13:00.5Z',
    reason: 'restarted',
    error: { class: 'Killed', message: 'SIGKILL' },
    exitCode: -1,
    costUsd: 1.5,
    tokensIn: 9,
    tokensOut: 8,
    turns: 7,
    artifacts: { pr: 12 },
  }
}
