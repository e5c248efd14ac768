/** The commands about checkpoints; `commands.ts` hands them on. */
import { z } from 'zod'
import { AgentState, Id, LIMITS, Ordinal } from './schema.ts'

/** An agent's state is its own; the ledger only asks that it is an object that can be given back. */
const State = AgentState.refine(
  (state) => new TextEncoder().encode(JSON.stringify(state)).length <= LIMITS.checkpointBytes,
  { error: `must be at most ${LIMITS.checkpointBytes} bytes of JSON` },
)

export const SaveCheckpoint = z.strictObject({
  taskId: Id,
  workerId: Id,
  attempt: Ordinal,
  turn: Ordinal,
  state: State,
})
export type SaveCheckpoint = z.infer<typeof SaveCheckpoint>

export const GetCheckpoint = z.strictObject({
  taskId: Id,
  turn: z.coerce.number().pipe(Ordinal),
  attempt: z.coerce.number().pipe(Ordinal).optional().describe('without it the newest attempt that saved this turn'),
})
export type GetCheckpoint = z.infer<typeof GetCheckpoint>
