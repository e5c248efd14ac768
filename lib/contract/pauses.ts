import { z } from 'zod'
import { ListPage } from '#lib/task/commands.ts'
import * as commands from '#lib/task/incident-commands.ts'
import { RecoveryPause } from '#lib/task/schema.ts'
import { endpoint, page } from './endpoint.ts'

export const pauses = {
  pauseRecovery: endpoint({
    method: 'POST',
    path: '/api/v1/recovery-pauses',
    summary: 'Pause automatic recovery until an instant, or for a while; takes the place of a pause before',
    access: 'operator',
    input: commands.PauseRecovery,
    output: z.object({ pause: RecoveryPause }),
    status: 201,
    errors: [],
  }),
  listPauses: endpoint({
    method: 'GET',
    path: '/api/v1/recovery-pauses',
    summary: 'List pauses of automatic recovery, newest first',
    access: 'viewer',
    input: ListPage,
    output: page('pauses', RecoveryPause),
    status: 200,
    errors: [],
  }),
  unpauseRecovery: endpoint({
    method: 'DELETE',
    path: '/api/v1/recovery-pauses/{id}',
    summary: 'End a pause before its time',
    access: 'operator',
    input: commands.UnpauseRecovery,
    params: { id: 'pauseId' },
    output: z.object({ pause: RecoveryPause }),
    status: 200,
    errors: ['not_found', 'invalid_transition'],
  }),
} as const
