/** Why a list can have nothing to show. Five reasons, and none of them may look like another. */
export type EmptyKind =
  /** Nothing ever was: how to begin. */
  | 'never'
  /** There may be some, and none of them is what was asked for: how to widen. */
  | 'filtered'
  /** None is good news: when that was last looked at. */
  | 'good'
  /** Nobody knows yet, which is not none. */
  | 'unknown'
  /** There may be some, and this person is not shown them: who is. */
  | 'forbidden'

export interface EmptyWords {
  readonly sentence: string
  readonly detail?: string
  /** What one types to have the first. */
  readonly command?: string
}

const WORK = `npx rollcall work --skill shell --exec 'sleep 5'`
const ADMINS = 'An admin sees them, and can change what somebody is.'

/** Each list, and each reason for which it can be empty. */
export const EMPTY_WORDS = {
  tasks: {
    filtered: { sentence: 'None of these in 24 h. Look at 7 days, or clear the filter.' },
    good: { sentence: 'Nothing is interrupted.' },
    unknown: { sentence: 'Not looked for: the filter says something that is not known.' },
  },
  tasksInWindow: { filtered: { sentence: 'None of these in this window. Widen it, or clear the filter.' } },
  tasksThen: { filtered: { sentence: 'None of these was under way then.' } },
  output: {
    never: { sentence: 'Not begun, so nothing is written.' },
    filtered: { sentence: 'Nothing on this stream.' },
    good: { sentence: 'Ended without output.' },
    unknown: { sentence: 'Reading the output…' },
  },
  outputRunning: { never: { sentence: 'Running, and nothing written yet.' } },
  outputAway: { unknown: { sentence: 'The output was not answered. It is asked for again.' } },
  timeline: {
    never: { sentence: 'Nothing has been written down yet.' },
    filtered: { sentence: 'None of what happened is of this kind.' },
  },
  session: {
    never: {
      sentence: 'No agent session was linked to this task.',
      detail: 'One is with --session, or by an agent’s hook.',
    },
  },
  payload: { never: { sentence: 'It was given no payload.' } },
  compensations: {
    never: { sentence: 'No compensation is registered.' },
    unknown: {
      sentence: 'No compensation is registered, though it acts on the outside world.',
      detail: 'What it did there is not known to the ledger. It cannot be failed for good without a word on that.',
    },
  },
  workers: {
    never: {
      sentence: 'No worker has registered yet.',
      detail: 'One does when it claims or runs its first task. On this machine:',
      command: WORK,
    },
  },
  workerTasks: {
    filtered: { sentence: 'It holds no task, and none that was sealed in 24 h was last its own.' },
  },
  incidents: {
    good: { sentence: 'Nothing is open: whatever was interrupted has been looked after.' },
    filtered: { sentence: 'No incident has been resolved yet.' },
    unknown: {
      sentence: 'Not known: the sweeper is late.',
      detail: 'Whoever died since it last ran has not been noticed.',
    },
    never: {
      sentence: 'No incident is on record yet.',
      detail: 'One opens by itself when a worker dies with work in its hands.',
    },
  },
  incidentTasks: {
    good: { sentence: 'It holds no task any more: all of them went over to later incidents.' },
  },
  sessions: {
    never: {
      sentence: 'No agent session is on record yet.',
      detail: 'An agent’s hook links its conversation to its task, and so does whoever starts it:',
      command: 'npx rollcall run --session SESSION -- sleep 600',
    },
  },
  interrupted: {
    good: { sentence: 'Nothing is interrupted.' },
    unknown: {
      sentence: 'Not known: the sweeper is late.',
      detail: 'Whoever died since it last ran has not been noticed.',
    },
  },
  passes: {
    never: {
      sentence: 'No pass of recovery has found anything yet.',
      detail: 'One is written down when a server starts, and when a worker is found dead.',
    },
  },
  operations: {
    never: {
      sentence: 'No bulk act yet.',
      detail: 'Select tasks on the Tasks page, with x or the boxes, and act on them. Each act is followed here.',
    },
  },
  operationItems: { filtered: { sentence: 'None of its tasks came to this.' } },
  errors: {
    good: { sentence: 'No task of the last seven days has an error.' },
  },
  audit: {
    never: { sentence: 'Nobody has acted yet.', detail: 'Each act is kept here with its reason, for ever.' },
    filtered: { sentence: 'No act matches. Widen the filter, or clear it.' },
    forbidden: {
      sentence: 'The audit log is for operators.',
      detail: 'A viewer may look at tasks, and not at who did what.',
    },
  },
  chartTable: { filtered: { sentence: 'No attempt in this window.' } },
  chart: { filtered: { sentence: 'No worker was there in this window.' } },
  throughput: { filtered: { sentence: 'Nothing was put on record and nothing ended in this window.' } },
  members: {
    never: { sentence: 'Nobody has joined yet. Invite somebody, or yourself.' },
    forbidden: { sentence: 'Members and invitations are for admins.', detail: ADMINS },
  },
  tokens: {
    never: { sentence: 'No token yet. Make an operator’s for the command on your own machine, a worker’s for a host.' },
    forbidden: { sentence: 'Tokens are for admins.', detail: ADMINS },
  },
  signIns: {
    never: { sentence: 'Nobody else is signed in.' },
    forbidden: { sentence: 'The sign-ins of others are for admins.', detail: ADMINS },
  },
  webhooks: {
    never: {
      sentence: 'No webhook yet. Nobody is woken.',
      detail: 'One is told within seconds of what is ticked above: an incident, a stopped recovery, a late sweeper.',
    },
    forbidden: { sentence: 'Webhooks are for admins.', detail: ADMINS },
  },
  deliveries: { never: { sentence: 'Nothing was sent there yet.' } },
} as const satisfies Readonly<Record<string, Partial<Record<EmptyKind, EmptyWords>>>>

export type EmptyList = keyof typeof EMPTY_WORDS
