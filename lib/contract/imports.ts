import { z } from 'zod'
import { IMPORT_RESULTS, ImportTasks } from '#lib/task/imports.ts'
import { Id, Problem } from '#lib/task/schema.ts'
import { endpoint } from './endpoint.ts'

export const imports = {
  importTasks: endpoint({
    method: 'POST',
    path: '/api/v1/imports',
    summary: 'Take up to 1000 tasks over from a history kept elsewhere; one that is here already stays as it is',
    access: 'operator',
    input: ImportTasks,
    output: z.object({
      results: z.array(z.object({ id: Id, result: z.enum(IMPORT_RESULTS) }).or(z.object({ id: Id, error: Problem }))),
    }),
    status: 200,
    errors: [],
  }),
} as const
