/** What an agent's hook JSON says. Prompts, tool inputs and answers are not taken over: they belong to the session. */

export const HOOK_EVENTS = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'Stop',
  'SubagentStop',
  'SessionEnd',
] as const
export type HookName = (typeof HOOK_EVENTS)[number]

/** Only these show that a session lives; whatever else comes for an unknown one comes too late. */
const BEGINNINGS: readonly HookName[] = ['SessionStart', 'UserPromptSubmit', 'PreToolUse']

export interface Usage {
  readonly costUsd?: number
  readonly turns?: number
  readonly tokensIn?: number
  readonly tokensOut?: number
}

export interface HookEvent extends Usage {
  readonly name: HookName
  readonly sessionId: string
  readonly cwd?: string
  readonly model?: string
  readonly tool?: string
  /** Of a SessionEnd: why; of a SessionStart: startup, resume, clear or compact. */
  readonly detail?: string
}

const WORD_LENGTH = 200

/** Throws an Error whose message is one sentence. */
export function parseHook(text: string): HookEvent {
  const value: unknown = JSON.parse(text)
  if (!isRecord(value)) throw new Error('the hook JSON is not an object')
  const name = HOOK_EVENTS.find((each) => each === value.hook_event_name)
  if (!name) throw new Error(`the hook event ${JSON.stringify(value.hook_event_name)} is not known`)
  const sessionId = word(value.session_id)
  if (!sessionId) throw new Error(`the hook JSON of ${name} has no session_id`)
  return {
    name,
    sessionId,
    ...given({
      cwd: typeof value.cwd === 'string' ? value.cwd.slice(0, 4096) : undefined,
      model: word(value.model) ?? (isRecord(value.model) ? word(value.model.id) : undefined),
      tool: word(value.tool_name),
      detail: word(name === 'SessionEnd' ? value.reason : value.source),
    }),
    ...usageOf(value),
  }
}

export function beginsSession(name: HookName): boolean {
  return BEGINNINGS.includes(name)
}

/** What is not given stays unknown. */
function usageOf(value: Record<string, unknown>): Usage {
  const cost = isRecord(value.cost) ? value.cost.total_cost_usd : undefined
  const usage = isRecord(value.usage) ? value.usage : {}
  return given({
    costUsd: amount(value.total_cost_usd) ?? amount(value.cost_usd) ?? amount(cost),
    turns: count(value.num_turns) ?? count(value.turns),
    tokensIn: count(usage.input_tokens),
    tokensOut: count(usage.output_tokens),
  })
}

function word(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  return (
    value
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, WORD_LENGTH) || undefined
  )
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? amount(value) : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function given<T extends Record<string, unknown>>(fields: T): Given<T> {
  // What is left has exactly the entries that are defined.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>
}
