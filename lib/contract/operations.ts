import { z } from 'zod'
import { ListPage } from '#lib/task/commands.ts'
import { AbortOperation, ListOperationItems, RetryOperation, RunOperation } from '#lib/task/operation-commands.ts'
import { BulkOperation, Id, OperationItem } from '#lib/task/schema.ts'
import { endpoint, page } from './endpoint.ts'

const OperationAnswer = z.object({ operation: BulkOperation })

export const operations = {
  runOperation: endpoint({
    method: 'POST',
    path: '/api/v1/operations',
    summary: 'Act on many tasks, named or frozen by a filter, in batches; with dryRun say what would happen',
    access: 'operator',
    input: RunOperation,
    output: OperationAnswer,
    status: 202,
    errors: ['duplicate_task'],
  }),
  listOperations: endpoint({
    method: 'GET',
    path: '/api/v1/operations',
    summary: 'List bulk acts, newest first',
    access: 'viewer',
    input: ListPage,
    output: page('operations', BulkOperation),
    status: 200,
    errors: [],
  }),
  getOperation: endpoint({
    method: 'GET',
    path: '/api/v1/operations/{id}',
    summary: 'Read one bulk act, with why tasks were left alone',
    access: 'viewer',
    input: z.strictObject({ operationId: Id }),
    params: { id: 'operationId' },
    output: OperationAnswer,
    status: 200,
    errors: ['not_found'],
  }),
  listOperationItems: endpoint({
    method: 'GET',
    path: '/api/v1/operations/{id}/items',
    summary: 'List the tasks of a bulk act and what became of each',
    access: 'viewer',
    input: ListOperationItems,
    params: { id: 'operationId' },
    output: page('items', OperationItem),
    status: 200,
    errors: ['not_found'],
  }),
  abortOperation: endpoint({
    method: 'POST',
    path: '/api/v1/operations/{id}/abort',
    summary: 'Stop a bulk act between two batches; what is done stays done',
    access: 'operator',
    input: AbortOperation,
    params: { id: 'operationId' },
    output: OperationAnswer,
    status: 200,
    errors: ['not_found', 'invalid_transition'],
  }),
  retryOperation: endpoint({
    method: 'POST',
    path: '/api/v1/operations/{id}/retry',
    summary: 'Take up again the tasks of a bulk act that failed, or that were skipped, as a new one',
    access: 'operator',
    input: RetryOperation,
    params: { id: 'operationId' },
    output: OperationAnswer,
    status: 202,
    errors: ['not_found', 'invalid_transition'],
  }),
} as const
