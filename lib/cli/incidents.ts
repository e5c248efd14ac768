/** `rollcall incidents [ID]` */
import { Command } from 'commander'
import { duration } from '#lib/task/hint.ts'
import type { Incident } from '#lib/task/schema.ts'
import { clientOf } from './environment.ts'
import { folded } from './help.ts'
import { wholeNumber } from './options.ts'
import { type Cell, clip, instantOf, print, printFields, printJson, printTable, textOf } from './print.ts'

const EXAMPLES = `
Examples:
  rollcall incidents
  rollcall incidents 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419
  rollcall tasks --incident 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419     the tasks that it interrupted`

interface IncidentOptions {
  readonly limit?: number
  readonly cursor?: string
  readonly json?: true
}

export function incidentsCommand(): Command {
  return new Command('incidents')
    .description('list incidents, newest first, or show one')
    .argument('[id]', 'id of an incident')
    .option('--limit <number>', 'how many, 500 at most', wholeNumber)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', folded(EXAMPLES))
    .action((id: string | undefined, options: IncidentOptions) =>
      id === undefined ? list(options) : show(id, options),
    )
}

async function list({ json, ...page }: IncidentOptions): Promise<void> {
  const { incidents, nextCursor } = await clientOf().call('listIncidents', page)
  if (json) return printJson({ incidents, nextCursor })
  if (incidents.length === 0) return print('no incidents')
  printTable(
    ['ID', 'STATE', 'CAUSE', 'TITLE', 'OPEN', 'RECOVERED', 'FAILED', 'OPENED (UTC)', 'OWNER'],
    incidents.map((incident) => [
      incident.id,
      stateOf(incident),
      incident.cause,
      clip(textOf(incident.title), 48),
      String(incident.open),
      String(incident.recovered),
      String(incident.failed),
      instantOf(incident.openedAt),
      textOf(incident.owner),
    ]),
  )
  if (nextCursor) print(`more: rollcall incidents --cursor ${nextCursor}`)
}

async function show(incidentId: string, { json }: IncidentOptions): Promise<void> {
  const { incident } = await clientOf().call('getIncident', { incidentId })
  if (json) return printJson({ incident })
  printFields([
    ['incident', incident.id],
    ['title', textOf(incident.title)],
    ['state', stateOf(incident)],
    ['cause', incident.cause],
    ['host', textOf(incident.host)],
    ['opened', instantOf(incident.openedAt)],
    ['resolved', instantOf(incident.resolvedAt)],
    ['why', textOf(incident.resolution)],
    ['owner', textOf(incident.owner)],
    ['held up', incident.brakedAt === null ? '—' : textOf(incident.brakeReason)],
    ['tasks', `${incident.total}: ${incident.open} open, ${incident.recovered} recovered, ${incident.failed} failed`],
    ['cut short', workOf(incident)],
  ])
}

function workOf({ cutShort: { attempts, workedMs, costUsd, costUnknown, kept } }: Incident): string {
  const cost = costUsd === null ? [] : [`$${costUsd.toFixed(2)}`]
  const unknown = costUnknown === 0 ? [] : [`${costUnknown} reported no cost`]
  const went = kept === 0 ? [] : [`${kept} went on from where they were`]
  return [
    `${duration(workedMs)} in ${attempts} attempt${attempts === 1 ? '' : 's'}`,
    ...cost,
    ...unknown,
    ...went,
  ].join(', ')
}

function stateOf({ resolvedAt, brakedAt }: Incident): Cell {
  if (resolvedAt !== null) return { text: 'resolved', format: 'green' }
  return brakedAt === null ? { text: 'open', format: 'yellow' } : { text: 'held up', format: 'red' }
}
