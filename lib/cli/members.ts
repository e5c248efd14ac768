/** `rollcall members list|invite|role|reset|remove|sign-out` */
import { Argument, Command, Option } from 'commander'
import { MEMBER_ROLES, type MemberRole } from '#lib/task/schema.ts'
import { clientOf, say, urlOf } from './environment.ts'
import { folded } from './help.ts'
import { duration, wholeNumber } from './options.ts'
import { instantOf, print, printJson, printTable, textOf } from './print.ts'

const HELP = `
People sign in with a name and a password, or by the provider of the configuration. They join by an invitation: a link
that opens once. All of these take an admin's token.

Examples:
  rollcall members invite --role operator --name 'Ana Ruiz'
  rollcall members role 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419 admin --reason 'is on call now'
  rollcall members reset 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419`

const JSON_OPTION = ['--json', 'print the answer of the ledger as it is'] as const

export function membersCommand(): Command {
  return new Command('members')
    .description('list members, invite and remove them, change their roles')
    .addCommand(list())
    .addCommand(invite())
    .addCommand(role())
    .addCommand(reset())
    .addCommand(remove())
    .addCommand(signOut())
    .addHelpText('after', folded(HELP))
}

function list(): Command {
  return new Command('list')
    .description('list members, newest first')
    .option('--limit <number>', 'how many, 500 at most', wholeNumber)
    .option(...JSON_OPTION)
    .action(async ({ json, ...page }: { limit?: number; json?: true }) => {
      const answer = await clientOf().call('listMembers', page)
      if (json) return printJson(answer)
      if (answer.members.length === 0) return print('no members')
      printTable(
        ['ID', 'NAME', 'SIGNS IN AS', 'ROLE', 'JOINED (UTC)', 'SIGNED IN (UTC)'],
        answer.members.map((member) => [
          member.id,
          textOf(member.name),
          textOf(member.login),
          member.role,
          instantOf(member.createdAt),
          member.signedInAt === null ? '—' : instantOf(member.signedInAt),
        ]),
      )
    })
}

function invite(): Command {
  return new Command('invite')
    .description('make a link by which somebody joins; it is printed this once, alone on stdout')
    .addOption(new Option('--role <role>', 'what they become').choices(MEMBER_ROLES).default('operator'))
    .option('--name <name>', 'whom it is for')
    .option('--for <time>', 'how long it opens, such as 12h; a week unless given', duration)
    .option(...JSON_OPTION)
    .action(async (options: { role: MemberRole; name?: string; for?: number; json?: true }) => {
      const { role, name, for: ttlMs, json } = options
      const answer = await clientOf().call('inviteMember', { role, ...(name ? { name } : {}), ...timeOf(ttlMs) })
      if (json) return printJson(answer)
      say(`link ${answer.link.id} to join as ${role}; it opens once, until ${instantOf(answer.link.expiresAt)}`)
      print(urlOf() + answer.path)
    })
}

function role(): Command {
  return new Command('role')
    .description('give a member another role, from the next request on')
    .argument('<id>', 'id of the member')
    .addArgument(new Argument('<role>', 'the new role').choices(MEMBER_ROLES))
    .requiredOption('--reason <text>', 'why; it is kept')
    .option(...JSON_OPTION)
    .action(async (memberId: string, role: MemberRole, { reason, json }: { reason: string; json?: true }) => {
      const { member } = await clientOf().call('changeRole', { memberId, role, reason })
      if (json) return printJson({ member })
      print(`${member.id}  ${textOf(member.name)} is ${member.role}`)
    })
}

function reset(): Command {
  return new Command('reset')
    .description('make a link by which a member chooses a new password; it is printed this once, alone on stdout')
    .argument('<id>', 'id of the member')
    .option('--for <time>', 'how long it opens, such as 2h; a day unless given', duration)
    .option(...JSON_OPTION)
    .action(async (memberId: string, { for: ttlMs, json }: { for?: number; json?: true }) => {
      const answer = await clientOf().call('offerReset', { memberId, ...timeOf(ttlMs) })
      if (json) return printJson(answer)
      say(
        `a new password for ${textOf(answer.link.name)}; the link opens once, until ${instantOf(answer.link.expiresAt)}`,
      )
      print(urlOf() + answer.path)
    })
}

function remove(): Command {
  return new Command('remove')
    .description('remove a member and sign them out at once')
    .argument('<id>', 'id of the member')
    .requiredOption('--reason <text>', 'why; it is kept')
    .option(...JSON_OPTION)
    .action(async (memberId: string, { reason, json }: { reason: string; json?: true }) => {
      const { member } = await clientOf().call('removeMember', { memberId, reason })
      if (json) return printJson({ member })
      print(`${member.id}  ${textOf(member.name)} removed`)
    })
}

function signOut(): Command {
  return new Command('sign-out')
    .description('sign a member out of every browser')
    .argument('<id>', 'id of the member')
    .option(...JSON_OPTION)
    .action(async (memberId: string, { json }: { json?: true }) => {
      const { ended } = await clientOf().call('endSignIns', { memberId })
      if (json) return printJson({ ended })
      print(`signed out of ${ended} ${ended === 1 ? 'browser' : 'browsers'}`)
    })
}

function timeOf(ttlMs: number | undefined): { ttlMs?: number } {
  return ttlMs === undefined ? {} : { ttlMs }
}
