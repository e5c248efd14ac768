/** What an attempt leaves for the next one to go on from. */
import { z } from 'zod'
import { Id, Instant, Json, SessionId } from './fields.ts'

/** Without its state, which is the agent's own. */
export const Checkpoint = z.object({ taskId: Id, attempt: z.int().min(1), turn: z.int().min(1), savedAt: Instant })
export type Checkpoint = z.infer<typeof Checkpoint>

export const AgentState = z.record(z.string(), Json)
export type AgentState = z.infer<typeof AgentState>

export const Resume = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('checkpoint'),
    attempt: z.int().min(1).describe('the attempt that saved it'),
    turn: z.int().min(1),
    state: AgentState,
    reason: z.string().nullable().describe('why the attempt before this one ended'),
  }),
  z.object({ kind: z.literal('session'), sessionId: SessionId, provider: z.string().nullable() }),
])
export type Resume = z.infer<typeof Resume>
