'use server'

import { action, call } from '#lib/api/action.ts'
import { abortOperation, countMatching, retryOperation, runOperation } from '#lib/ledger/index.ts'
import { COUNT_MAX } from '#lib/ledger/read/read.ts'
import { AbortOperation, RetryOperation, RunOperation, TaskFilter } from '#lib/task/operation-commands.ts'

export const runOperationAction = call(RunOperation, runOperation, 'runOperation')
export const countMatchingAction = call(
  TaskFilter,
  (context, filter) => countMatching(context, filter, COUNT_MAX + 1),
  null,
)
export const abortOperationAction = action(AbortOperation, abortOperation, 'abortOperation')
export const retryOperationAction = call(RetryOperation, retryOperation, 'retryOperation')
