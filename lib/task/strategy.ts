/**
 * A strategy says what becomes of a task whose attempt was interrupted or failed. Pure: it sees facts and gives a
 * verdict; the ledger stores that with the task in the same transaction and carries it out when it is due.
 */
export interface RecoveryStrategy {
  readonly name: string
  /** `now` is the ledger's clock in milliseconds since 1970. Must not wait, and must not change what it is given. */
  decide(task: TaskFacts, attempt: AttemptFacts, facts: RecoveryFacts, now: number): Verdict
}

export type Verdict =
  | {
      readonly action: 'reassign'
      readonly afterMs: number
      readonly reason: string
      /** The worker that shall not have it again while another one can do it. */
      readonly exclude?: string | null
    }
  | {
      readonly action: 'resume'
      readonly from: 'checkpoint' | 'session'
      readonly afterMs: number
      readonly reason: string
    }
  | { readonly action: 'hold'; readonly reason: string }
  | { readonly action: 'fail'; readonly reason: string }
  | { readonly action: 'compensate'; readonly reason: string }
  | { readonly action: 'quarantine'; readonly reason: string }

/** The task as it stands; its counts include what has just happened. */
export interface TaskFacts {
  readonly id: string
  readonly title: string
  readonly repo: string | null
  readonly issueNumber: number | null
  readonly agent: string | null
  readonly agentType: string | null
  readonly labels: Readonly<Record<string, string>>
  readonly requires: readonly string[]
  readonly sideEffects: boolean
  readonly retriesUsed: number
  readonly retriesMax: number
  readonly interruptions: number
  readonly interruptionsMax: number
  /** What interruptions count against the task, in millionths: one that n tasks shared counts 1/n against each. */
  readonly blamePpm: number
  readonly resumesUsed: number
}

/** The attempt that has just ended. */
export interface AttemptFacts {
  readonly attempt: number
  readonly workerId: string
  readonly ended: 'interrupted' | 'failed'
  /** proven, suspected, declared, replaced, shutdown, reported, dropped, silent. */
  readonly cause: string
  readonly errorClass: string | null
  readonly errorMessage: string | null
}

export interface RecoveryFacts {
  readonly firstDelayMs: number
  readonly resumesMax: number
  /** The newest checkpoint that can be read, whichever attempt saved it. */
  readonly checkpoint: { readonly attempt: number; readonly turn: number } | null
  /** The session of the attempt, and whether a later attempt may go on in it. */
  readonly session: { readonly id: string; readonly resumable: boolean } | null
  /** The kinds of the steps that undo its side effects, in the order of their registration. */
  readonly compensations: readonly string[]
  /** Whether the interruption counts against the task: a planned stop, a reboot or a mass event does not. */
  readonly charged: boolean
  /** It died alone on an idle worker, after it had died together with others. */
  readonly convicted: boolean
}
