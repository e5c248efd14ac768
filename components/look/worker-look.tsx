import { Check, Clock3, Filter, LogOut, type LucideIcon, X } from 'lucide-react'
import type { DeathKind, WorkerState } from '#lib/task/schema.ts'
import { type Tone, WORDS } from './tone.ts'

export interface WorkerLook {
  readonly word: string
  readonly icon: LucideIcon
  readonly tone: Tone
  readonly loud: boolean
}

/** The one map from a worker's state to its look. */
const STATES: Record<WorkerState, WorkerLook> = {
  alive: { word: 'Alive', icon: Check, tone: 'good', loud: false },
  draining: { word: 'Draining', icon: Filter, tone: 'mute', loud: false },
  stopped: { word: 'Stopped', icon: LogOut, tone: 'mute', loud: false },
  dead: { word: 'Dead', icon: X, tone: 'bad', loud: true },
}
const LATE: WorkerLook = { word: 'Late', icon: Clock3, tone: 'warn', loud: true }

/** The manner of death is always in the word. */
const DEATHS: Record<DeathKind, string> = {
  proven: 'Dead, proven',
  suspected: 'Dead, suspected',
  declared: 'Dead, declared',
  replaced: 'Dead, replaced',
}

export const DEATH_REASONS: Record<DeathKind, string> = {
  proven: 'Its process is gone',
  suspected: 'By its lease alone, not proven',
  declared: 'By an operator',
  replaced: 'By a new process in its place',
}

export function workerLookOf(state: WorkerState, deathKind: DeathKind | null, late: boolean): WorkerLook {
  if (state === 'dead' && deathKind !== null) return { ...STATES.dead, word: DEATHS[deathKind] }
  return state === 'alive' && late ? LATE : STATES[state]
}

export function WorkerWord({ look }: { look: WorkerLook }) {
  const Icon = look.icon
  return (
    <span className="inline-flex items-center gap-2 align-middle">
      <Icon size={16} strokeWidth={1.5} absoluteStrokeWidth aria-hidden className={`shrink-0 ${WORDS[look.tone]}`} />
      <span className={look.loud ? `font-medium ${WORDS[look.tone]}` : ''}>{look.word}</span>
    </span>
  )
}
