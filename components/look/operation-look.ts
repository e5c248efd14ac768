import type { BulkOperation } from '#lib/task/schema.ts'
import type { StatusShape } from './status-icon.tsx'
import type { Tone } from './tone.ts'

interface OperationLook {
  readonly word: string
  readonly shape: StatusShape
  readonly tone: Tone
}

const LOOKS: Record<BulkOperation['status'], OperationLook> = {
  running: { word: 'Running', shape: 'play', tone: 'run' },
  done: { word: 'Done', shape: 'check-solid', tone: 'good' },
  aborted: { word: 'Stopped', shape: 'slash-solid', tone: 'mute' },
}

/** One that waits for its beginning is no different to the ledger, and very different to who may still stop it. */
export function operationLookOf(operation: BulkOperation): OperationLook {
  const waits = operation.status === 'running' && operation.startedAt === null
  return waits ? { word: 'Starts soon', shape: 'dashed-circle', tone: 'mute' } : LOOKS[operation.status]
}
