/** The limits that hold for all records and commands. Without a schema, so that a command starts without loading any. */
export const LIMITS = {
  batch: 1000,
  page: 500,
  pageDefault: 50,
  bodyBytes: 1024 * 1024,
  titleLength: 500,
  textLength: 4000,
  labels: 50,
  skills: 50,
  /** Steps that undo the side effects of one task. */
  compensations: 100,
  /** Late reports of one attempt that are kept, and of one task that are read at once with all they left behind. */
  reports: 20,
  outputMessageBytes: 256 * 1024,
  checkpointBytes: 256 * 1024,
  /** Of one attempt; older ones make room. */
  checkpointsKept: 10,
  waitMs: 30_000,
  leaseMsMin: 5_000,
  leaseMsMax: 3_600_000,
  holdMsMax: 3_600_000,
  /** What one bulk act may be frozen over, and how many ids may name it: they must fit into a body. */
  operationTasks: 50_000,
  operationIds: 10_000,
  jsonDepth: 100,
  /** Of one report, so that no sum of them is past what a number can be. */
  costUsdMax: 1_000_000_000,
  /** What an INTEGER column of PostgreSQL takes. */
  integerMax: 2 ** 31 - 1,
} as const

export const DEFAULTS = { leaseMs: 30_000, heartbeatMs: 5_000, maxRetries: 1, maxInterruptions: 3 } as const

export const STREAMS = ['stdout', 'stderr'] as const
export type Stream = (typeof STREAMS)[number]
