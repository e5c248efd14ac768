/** The sentences in which recovery says what it met and what comes next. */

export interface HintFacts {
  readonly taskId: string
  readonly title: string
  readonly repo: string | null
  readonly issueNumber: number | null
  readonly agent: string | null
  readonly workerName: string
  readonly ranMs: number
  readonly lastHeartbeatAgoMs: number
  readonly sessionId: string | null
  readonly sessionResumable?: boolean
  readonly outcome: string
  readonly next: string
}

/** One line an interrupted task, in the form that operators grep for. */
export function hintLine(facts: HintFacts): string {
  const { taskId, outcome, title, repo, issueNumber, agent, workerName, sessionId } = facts
  const place = repo === null ? '' : `${repo}${issueNumber === null ? '' : `#${issueNumber}`} `
  const fate = facts.sessionResumable ? 'resumable' : 'invalidated'
  const session = sessionId === null ? '' : ` · session ${shortId(sessionId)} ${fate}`
  return (
    `[recovery] task ${taskId} ${outcome}: ${place}"${title}" agent=${agent ?? 'unknown'} worker=${workerName} ` +
    `ran=${duration(facts.ranMs)} last heartbeat ${duration(facts.lastHeartbeatAgoMs)} ago${session} · next: ${facts.next}`
  )
}

/** Two units at most, as everywhere, and none that is nothing: 41s, 36m12s, 15m, 7h3m, 2d7h. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m${beside(seconds % 60, 's')}`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours}h${beside(minutes % 60, 'm')}`
  return `${Math.floor(hours / 24)}d${beside(hours % 24, 'h')}`
}

function beside(count: number, unit: string): string {
  return count === 0 ? '' : `${count}${unit}`
}

export function shortId(id: string): string {
  return id.length <= 8 ? id : `${id.slice(0, 4)}…`
}
