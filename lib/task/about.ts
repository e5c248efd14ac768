/** What a task is about, in whatever way it comes into the ledger. */
import type { z } from 'zod'
import { Json, Labels, Line, Ordinal } from './fields.ts'

export const about = {
  correlationId: Line.max(200).optional(),
  title: Line,
  repo: Line.max(200).optional(),
  issueNumber: Ordinal.optional(),
  user: Line.max(200).optional(),
  agent: Line.max(200).optional(),
  agentType: Line.max(200).optional(),
  model: Line.max(200).optional(),
  provider: Line.max(200).optional(),
  payload: Json.optional(),
  labels: Labels.optional(),
}
export type TaskAbout = z.infer<z.ZodObject<typeof about>>
