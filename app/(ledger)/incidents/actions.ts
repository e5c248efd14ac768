'use server'

import { action } from '#lib/api/action.ts'
import { dropIncident, noteIncident, releaseIncident, resolveIncident, takeIncident } from '#lib/ledger/index.ts'
import {
  DropIncident,
  NoteIncident,
  ReleaseIncident,
  ResolveIncident,
  TakeIncident,
} from '#lib/task/incident-commands.ts'

export const takeIncidentAction = action(TakeIncident, takeIncident, 'takeIncident')
export const dropIncidentAction = action(DropIncident, dropIncident, 'dropIncident')
export const noteIncidentAction = action(NoteIncident, noteIncident, 'noteIncident')
export const resolveIncidentAction = action(ResolveIncident, resolveIncident, 'resolveIncident')
export const releaseIncidentAction = action(ReleaseIncident, releaseIncident, 'releaseIncident')
