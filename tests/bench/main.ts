/** `npm run bench` comes here with PostgreSQL started: runs the parts asked for, then prints ratios, then figures. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alivePart } from './alive.ts'
import { chartPart, logPart } from './browser.ts'
import { commandPart } from './command.ts'
import type { Comparison } from './contest.ts'
import { httpPart } from './http.ts'
import { pagesPart } from './pages.ts'
import { peersPart } from './peers.ts'
import { postgresqlPart } from './postgresql.ts'
import { recoveryPart } from './recovery.ts'
import { printFigures, printRatios } from './report.ts'
import { sqlitePart } from './sqlite.ts'
import { storePart } from './store.ts'

export interface Bench {
  /** Thrown away in the end. */
  readonly folder: string
  readonly full: boolean
}

const PARTS: Record<string, (bench: Bench) => Promise<Comparison[]>> = {
  sqlite: sqlitePart,
  postgresql: postgresqlPart,
  peers: peersPart,
  alive: alivePart,
  http: httpPart,
  recovery: recoveryPart,
  command: commandPart,
  store: storePart,
  pages: pagesPart,
  chart: chartPart,
  log: logPart,
}

const asked = process.argv.slice(2).filter((argument) => argument !== '--full')
const unknown = asked.filter((name) => !(name in PARTS))
if (unknown.length > 0)
  throw new Error(`there is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`)

const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'))
const comparisons: Comparison[] = []
try {
  for (const [name, part] of Object.entries(PARTS)) {
    if (asked.length > 0 && !asked.includes(name)) continue
    console.log(`Measuring ${name} …`)
    comparisons.push(...(await part({ folder, full: process.argv.includes('--full') })))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
if (comparisons.length > 0) {
  printRatios(comparisons)
  printFigures(comparisons)
}
