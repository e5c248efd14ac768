/** `rollcall token create|list|revoke` */
import { Command, Option } from 'commander'
import { ROLES, type Role } from '#lib/task/schema.ts'
import { clientOf, say } from './environment.ts'
import { wholeNumber } from './options.ts'
import { instantOf, print, printJson, printTable, textOf } from './print.ts'

const HELP = `
A worker's token is for run, work and hook, and acts only on what its own workers hold; a viewer's reads; an operator's
fails, reassigns and cancels as well; an admin's makes tokens too. All of these take an admin's token.

Examples:
  rollcall token create --name build-farm --role worker
  export ROLLCALL_TOKEN=$(rollcall token create --name ci --role worker)
  rollcall token list
  rollcall token revoke 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419`

export function tokenCommand(): Command {
  return new Command('token')
    .description('make, list and revoke tokens')
    .addCommand(create())
    .addCommand(list())
    .addCommand(revoke())
    .addHelpText('after', HELP)
}

function create(): Command {
  return new Command('create')
    .description('make a token; it is printed this once, alone on stdout')
    .requiredOption('--name <name>', 'who or what comes with it')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('worker'))
    .option('--json', 'print the answer of the ledger as it is')
    .addHelpText('after', '\nExample:\n  rollcall token create --name build-farm --role worker')
    .action(async ({ name, role, json }: { name: string; role: Role; json?: true }) => {
      const answer = await clientOf().call('createToken', { name, role })
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
        ['ID', 'NAME', 'ROLE', 'MADE (UTC)', 'REVOKED (UTC)'],
        answer.tokens.map(({ id, name, role, createdAt, revokedAt }) => [
          id,
          textOf(name),
          role,
          instantOf(createdAt),
          revokedAt === null ? '—' : { text: instantOf(revokedAt), format: 'red' },
        ]),
      )
    })
}

function revoke(): Command {
  return new Command('revoke')
    .description('revoke a token; whoever comes with it is refused within seconds')
    .argument('<id>', 'id of the token')
    .option('--json', 'print the answer of the ledger as it is')
    .action(async (tokenId: string, { json }: { json?: true }) => {
      const { token } = await clientOf().call('revokeToken', { tokenId })
      if (json) return printJson({ token })
      print(`${token.id}  ${textOf(token.name)} revoked`)
    })
}
