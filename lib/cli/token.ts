/** `rollcall token create|list|rotate|revoke` */
import { Command, Option } from 'commander'
import { ROLES, type Role } from '#lib/task/schema.ts'
import { clientOf, say } from './environment.ts'
import { folded } from './help.ts'
import { duration, wholeNumber } from './options.ts'
import { instantOf, print, printJson, printTable, textOf } from './print.ts'

const HELP = `
A worker's token is for run, work and hook, and acts only on what its own workers hold; a viewer's reads; an operator's
fails, reassigns and cancels as well; an admin's makes tokens too. All of these take an admin's token.

Examples:
  rollcall token create --name build-farm --role worker
  export ROLLCALL_TOKEN=$(rollcall token create --name ci --role worker)
  rollcall token create --name night-build --role worker --for 90d
  rollcall token list
  rollcall token rotate 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419 --grace 2d
  rollcall token revoke 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419`

export function tokenCommand(): Command {
  return new Command('token')
    .description('make, list, rotate and revoke tokens')
    .addCommand(create())
    .addCommand(list())
    .addCommand(rotate())
    .addCommand(revoke())
    .addHelpText('after', folded(HELP))
}

function create(): Command {
  return new Command('create')
    .description('make a token; it is printed this once, alone on stdout')
    .requiredOption('--name <name>', 'who or what comes with it')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('worker'))
    .option('--for <time>', 'how long it works, such as 12h or 90d; without it until it is revoked', duration)
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', '\nExample:\n  rollcall token create --name build-farm --role worker')
    .action(async ({ name, role, for: ttlMs, json }: { name: string; role: Role; for?: number; json?: true }) => {
      const ends = ttlMs === undefined ? {} : { ttlMs }
      const answer = await clientOf().call('createToken', { name, role, ...ends })
      if (json) return printJson(answer)
      say(`token ${answer.token.id} for ${textOf(name)}, a ${role}'s; it is shown this once`)
      print(answer.secret)
    })
}

function list(): Command {
  return new Command('list')
    .description('list tokens, newest first; the tokens themselves are stored nowhere')
    .option('--limit <number>', 'how many, 500 at most', wholeNumber)
    .option('--json', 'print the answer of the ledger as it is')
    .action(async ({ json, ...page }: { limit?: number; json?: true }) => {
      const answer = await clientOf().call('listTokens', page)
      if (json) return printJson(answer)
      if (answer.tokens.length === 0) return print('no tokens')
      printTable(
        ['ID', 'NAME', 'ROLE', 'MADE (UTC)', 'LAST USED (UTC)', 'ENDS (UTC)', 'REVOKED (UTC)'],
        answer.tokens.map(({ id, name, role, createdAt, lastUsedAt, expiresAt, revokedAt }) => [
          id,
          textOf(name),
          role,
          instantOf(createdAt),
          lastUsedAt === null ? '—' : instantOf(lastUsedAt),
          expiresAt === null ? '—' : instantOf(expiresAt),
          revokedAt === null ? '—' : { text: instantOf(revokedAt), format: 'red' },
        ]),
      )
    })
}

function rotate(): Command {
  return new Command('rotate')
    .description(
      'make the token that takes its place; for a while both work, and the workers of one are those of the other',
    )
    .argument('<id>', 'id of the token')
    .option('--grace <time>', 'how long the old one goes on, such as 2h or 7d; a day unless given', duration)
    .option('--for <time>', 'how long the new one works; without it until it is revoked', duration)
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', '\nExample:\n  rollcall token rotate 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419 --grace 2d')
    .action(async (tokenId: string, { grace, for: ttlMs, json }: { grace?: number; for?: number; json?: true }) => {
      const times = { ...(grace === undefined ? {} : { graceMs: grace }), ...(ttlMs === undefined ? {} : { ttlMs }) }
      const answer = await clientOf().call('rotateToken', { tokenId, ...times })
      if (json) return printJson(answer)
      say(`token ${answer.token.id} takes the place of ${tokenId}; it is shown this once`)
      print(answer.secret)
    })
}

function revoke(): Command {
  return new Command('revoke')
    .description('revoke a token; whoever comes with it is refused within seconds')
    .argument('<id>', 'id of the token')
    .option('--reason <text>', 'why; it is kept')
    .option('--json', 'print the answer of the ledger as it is')
    .action(async (tokenId: string, { reason, json }: { reason?: string; json?: true }) => {
      const { token } = await clientOf().call('revokeToken', { tokenId, ...(reason ? { reason } : {}) })
      if (json) return printJson({ token })
      print(`${token.id}  ${textOf(token.name)} revoked`)
    })
}
