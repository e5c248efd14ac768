import { z } from 'zod'
import * as commands from '#lib/task/incident-commands.ts'
import { Id, Incident, TaskEvent } from '#lib/task/schema.ts'
import { endpoint, page } from './endpoint.ts'

const one = { params: { id: 'incidentId' }, output: z.object({ incident: Incident }), status: 200 } as const
const act = { method: 'POST', access: 'operator', errors: ['not_found', 'invalid_transition'], ...one } as const

export const incidents = {
  listIncidents: endpoint({
    method: 'GET',
    path: '/api/v1/incidents',
    summary: 'List incidents, newest first',
    access: 'viewer',
    input: commands.ListIncidents,
    output: page('incidents', Incident),
    status: 200,
    errors: [],
  }),
  getIncident: endpoint({
    method: 'GET',
    path: '/api/v1/incidents/{id}',
    summary: 'Read one incident',
    access: 'viewer',
    input: z.strictObject({ incidentId: Id }),
    errors: ['not_found'],
    ...one,
  }),
  listIncidentEvents: endpoint({
    method: 'GET',
    path: '/api/v1/incidents/{id}/events',
    summary: 'What happened to an incident itself, newest first',
    access: 'viewer',
    input: commands.ListIncidentEvents,
    params: { id: 'incidentId' },
    output: page('events', TaskEvent),
    status: 200,
    errors: ['not_found'],
  }),
  takeIncident: endpoint({
    path: '/api/v1/incidents/{id}/owner',
    summary: 'Look after an incident; it then no longer resolves itself',
    input: commands.TakeIncident,
    ...act,
  }),
  dropIncident: endpoint({
    path: '/api/v1/incidents/{id}/owner',
    summary: 'Give an incident up to whoever takes it',
    input: commands.DropIncident,
    ...act,
    method: 'DELETE',
  }),
  noteIncident: endpoint({
    path: '/api/v1/incidents/{id}/notes',
    summary: 'Append a note to the history of an incident',
    input: commands.NoteIncident,
    ...act,
  }),
  resolveIncident: endpoint({
    path: '/api/v1/incidents/{id}/resolution',
    summary: 'Say that nobody needs to look at an incident any more',
    input: commands.ResolveIncident,
    ...act,
  }),
  releaseIncident: endpoint({
    path: '/api/v1/incidents/{id}/release',
    summary: 'Release the brake: what becomes of its tasks is decided anew, and carried out in turn',
    input: commands.ReleaseIncident,
    ...act,
  }),
} as const
