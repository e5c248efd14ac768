/** `rollcall audit list|verify` */
import { Command } from 'commander'
import type { AuditFault, AuditVerification } from '#lib/task/audit.ts'
import type { Client } from '#lib/worker/client.ts'
import { clientOf } from './environment.ts'
import { EXIT, Exit } from './exit-codes.ts'
import { folded } from './help.ts'
import { wholeNumber } from './options.ts'
import { clip, instantOf, print, printJson, printTable, textOf } from './print.ts'

const HELP = `
Each entry holds the hash of the one before. "verify" goes along the whole chain, names every entry that was changed,
removed, inserted or moved, and ends with 1 if there is one. It prints where the chain ends: note that elsewhere, and
--expect finds even a log that somebody made anew from its beginning.

Examples:
  rollcall audit list --actor ada --limit 20
  rollcall audit verify --expect 1841:5f0e2b…`

export function auditCommand(): Command {
  return new Command('audit')
    .description('read who did what, and verify that nobody changed the record of it')
    .addCommand(list())
    .addCommand(verify())
    .addHelpText('after', folded(HELP))
}

interface Filters {
  readonly actor?: string
  readonly action?: string
  readonly target?: string
  readonly result?: 'done' | 'refused'
  readonly limit?: number
  readonly cursor?: string
}

function list(): Command {
  return new Command('list')
    .description('list entries, newest first')
    .option('--actor <name>', 'of this person or token')
    .option('--action <name>', 'of this kind, such as cancelTask')
    .option('--target <id>', 'about this task, worker, incident, ...')
    .option('--result <result>', 'done or refused')
    .option('--limit <number>', 'how many, 500 at most', wholeNumber)
    .option('--cursor <cursor>', 'the page after this place')
    .option('--json', 'print the answer of the ledger as it is')
    .action(async ({ json, ...filters }: Filters & { json?: true }) => {
      const answer = await clientOf().call('listAudit', filters)
      if (json) return printJson(answer)
      if (answer.entries.length === 0) return print('no entries')
      printTable(
        ['#', 'AT (UTC)', 'WHO', 'WAY', 'ACTION', 'TARGET', 'RESULT', 'REASON'],
        answer.entries.map(({ seq, at, actor, via, action, target, result, reason, detail }) => [
          String(seq),
          instantOf(at),
          textOf(actor.name),
          via,
          action,
          textOf(target && `${target.kind} ${target.id}`),
          result === 'done' ? result : { text: result, format: 'red' },
          clip(textOf(reason ?? detail), 60),
        ]),
      )
      if (answer.nextCursor !== null) print(`next page: --cursor ${answer.nextCursor}`)
    })
}

function verify(): Command {
  return new Command('verify')
    .description('go along the chain and name what was changed, removed, inserted or moved')
    .option('--expect <place:hash>', 'what an earlier verification printed as the end of the chain')
    .option('--json', 'print the outcome as JSON')
    .action(async ({ expect, json }: { expect?: string; json?: true }) => {
      const { faults, ...outcome } = await verifyAll(clientOf(), expect)
      if (json) printJson({ ok: faults.length === 0, ...outcome, faults })
      else {
        for (const { kind, detail } of faults) print(`${kind}: ${detail}`)
        if (faults.length === 0) print(`the chain holds: ${outcome.checked} entries, from ${outcome.from} on`)
        print(`it ends with ${outcome.head.seq}:${outcome.head.hash}`)
      }
      if (faults.length > 0) throw new Exit(EXIT.refused, `the audit log was tampered with: ${faults.length} faults`)
    })
}

async function verifyAll(client: Client, expect: string | undefined) {
  const faults: AuditFault[] = []
  let checked = 0
  let after: number | null = null
  for (;;) {
    const page: AuditVerification = await client.call(
      'verifyAudit',
      { ...(after !== null && { after }), ...(expect !== undefined && after === null && { expect }) },
      { timeoutMs: 60_000 },
    )
    checked += page.checked
    faults.push(...page.faults)
    if (page.next === null) return { checked, from: page.from, head: page.head, faults }
    after = page.next
  }
}
