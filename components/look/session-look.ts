import type { Session } from '#lib/task/schema.ts'
import type { Tone } from './tone.ts'

/** The one map from a session's status to its look. */
export const SESSION_LOOKS: Record<Session['status'], { word: string; tone: Tone }> = {
  active: { word: 'Active', tone: 'run' },
  closed: { word: 'Closed', tone: 'mute' },
  resumable: { word: 'Resumable', tone: 'teal' },
  invalidated: { word: 'Invalidated', tone: 'warn' },
}
