/** What a session has come to, event by event. Pure: the keeper feeds it, and sends what it answers. */

import type { Report } from '#lib/worker/report.ts'
import type { HookEvent, Usage } from './event.ts'

export interface SessionState {
  readonly turns: number
  /** A turn is under way: whoever ends now leaves it undone. */
  readonly working: boolean
  readonly phase: string
  readonly usage: Usage
  readonly ended: string | null
}

export const NEW_SESSION: SessionState = { turns: 0, working: false, phase: 'started', usage: {}, ended: null }

export function after(state: SessionState, event: HookEvent): SessionState {
  const { costUsd, turns, tokensIn, tokensOut } = event
  const usage = { ...state.usage, ...defined({ costUsd, turns, tokensIn, tokensOut }) }
  const next = { ...state, usage }
  switch (event.name) {
    case 'SessionStart':
      return { ...next, ended: null }
    case 'UserPromptSubmit':
      return { ...next, working: true, phase: 'working', ended: null }
    case 'PreToolUse':
      return { ...next, working: true, phase: event.tool ? `tool: ${event.tool}`.slice(0, 100) : 'working' }
    case 'PostToolUse':
    case 'SubagentStop':
      return { ...next, phase: 'working' }
    case 'Stop':
      return { ...next, working: false, turns: state.turns + 1, phase: 'waits for a prompt' }
    case 'SessionEnd':
      return { ...next, ended: event.detail ?? 'other' }
  }
}

/** What the agent gave itself counts more than what was counted here: hooks can be missing. */
export function usageOf({ usage, turns }: SessionState): Usage {
  return { ...(turns > 0 ? { turns } : {}), ...usage }
}

/** A SessionEnd tells that it ended in order. Without one, an agent that is gone left a turn undone or did not. */
export function reportOf(state: SessionState, agentIsGone: boolean): Report | undefined {
  if (state.ended !== null)
    return { outcome: 'success', reason: `the session ended: ${state.ended}`, ...usageOf(state) }
  if (!agentIsGone) return undefined
  return state.working
    ? { outcome: 'interrupted', reason: "the agent's process is gone in the middle of a turn", ...usageOf(state) }
    : { outcome: 'success', reason: "the agent's process is gone; no turn was under way", ...usageOf(state) }
}

function defined(usage: { [K in keyof Usage]: Usage[K] | undefined }): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined))
}
