/** `rollcall webhooks list|create|update|delete|rotate|test|deliveries|redeliver` */
import { Command, InvalidArgumentError, Option } from 'commander'
import { ALERT_TYPES, type AlertType, WEBHOOK_KINDS, type Webhook, type WebhookKind } from '#lib/task/webhook.ts'
import { clientOf, say } from './environment.ts'
import { folded } from './help.ts'
import { wholeNumber } from './options.ts'
import { clip, instantOf, print, printJson, printTable, textOf } from './print.ts'

const HELP = `
An alert goes to every webhook that wants its event: as signed JSON, to Slack, or by e-mail. All of these take an admin's
token.

Examples:
  rollcall webhooks create --name 'on call' --url https://hooks.example.org/rollcall
  rollcall webhooks create --name chat --kind slack --url https://… --event incident.opened --event incident.braked
  rollcall webhooks update 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419 --off
  rollcall webhooks test 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419`

const JSON_OPTION = ['--json', 'print the answer of the ledger as it is'] as const
const ID = ['<id>', 'id of the webhook'] as const

export function webhooksCommand(): Command {
  return new Command('webhooks')
    .description('list, make, change and try where alerts are sent')
    .addCommand(list())
    .addCommand(create())
    .addCommand(update())
    .addCommand(remove())
    .addCommand(rotate())
    .addCommand(test())
    .addCommand(deliveries())
    .addCommand(redeliver())
    .addHelpText('after', folded(HELP))
}

function list(): Command {
  return new Command('list')
    .description('list where alerts go, oldest first')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const answer = await clientOf().call('listWebhooks', {})
      if (json) return printJson(answer)
      if (answer.webhooks.length === 0) return print('no webhooks')
      printTable(
        ['ID', 'NAME', 'KIND', 'TO', 'IS', 'EVENTS'],
        answer.webhooks.map(({ id, name, kind, url, enabled, events }) => [
          ...[id, textOf(name), kind, textOf(url)],
          enabled ? 'on' : { text: 'off', format: 'yellow' as const },
          events.length === ALERT_TYPES.length ? 'all' : events.join(' '),
        ]),
      )
    })
}

interface Asked {
  readonly name?: string
  readonly url?: string
  readonly event?: AlertType[]
}

function create(): Command {
  return new Command('create')
    .description(
      'send alerts to an address; the secret that they are signed with is printed this once, alone on stdout',
    )
    .requiredOption('--name <name>', 'whom it wakes')
    .requiredOption('--url <address>', 'an http or https address; for e-mail, the mailbox')
    .addOption(new Option('--kind <kind>', 'what is sent').choices(WEBHOOK_KINDS).default('json'))
    .addOption(eventOption('all of them unless given'))
    .option(...JSON_OPTION)
    .action(async (options: Asked & { name: string; url: string; kind: WebhookKind; json?: true }) => {
      const { name, url, kind, event, json } = options
      const answer = await clientOf().call('createWebhook', { name, url, kind, ...(event ? { events: event } : {}) })
      if (json) return printJson(answer)
      const shown = answer.secret === null ? '' : '; its secret is shown this once'
      say(`webhook ${answer.webhook.id} for ${textOf(name)}${shown}`)
      if (answer.secret !== null) print(answer.secret)
    })
}

function update(): Command {
  return new Command('update')
    .description('change the name, the address or the events of a webhook, or switch it on or off')
    .argument(...ID)
    .option('--name <name>', 'whom it wakes')
    .option('--url <address>', 'where it is sent from now on')
    .addOption(eventOption('these take the place of the former ones'))
    .option('--on', 'send alerts there again')
    .addOption(new Option('--off', 'send nothing there until it is switched on').conflicts('on'))
    .option(...JSON_OPTION)
    .action(
      async (webhookId: string, { event, on, off, json, ...set }: Asked & { on?: true; off?: true; json?: true }) => {
        const state = on || off ? { enabled: on === true } : {}
        const { webhook } = await clientOf().call('updateWebhook', {
          ...{ webhookId, ...set, ...state },
          ...(event ? { events: event } : {}),
        })
        if (json) return printJson({ webhook })
        print(`${lineOf(webhook)} is ${webhook.enabled ? 'on' : 'off'}: ${webhook.events.join(' ')}`)
      },
    )
}

function remove(): Command {
  return new Command('delete')
    .description('take a webhook away, with what still waits to be sent there')
    .argument(...ID)
    .option('--reason <text>', 'why; it is kept')
    .option(...JSON_OPTION)
    .action(async (webhookId: string, { reason, json }: { reason?: string; json?: true }) => {
      const { webhook } = await clientOf().call('deleteWebhook', { webhookId, ...(reason ? { reason } : {}) })
      if (json) return printJson({ webhook })
      print(`${lineOf(webhook)} removed`)
    })
}

function rotate(): Command {
  return new Command('rotate')
    .description('mint a new secret, printed this once, alone on stdout; for a day the former one signs as well')
    .argument(...ID)
    .option(...JSON_OPTION)
    .action(async (webhookId: string, { json }: { json?: true }) => {
      const answer = await clientOf().call('rotateWebhook', { webhookId })
      if (json) return printJson(answer)
      say(`a new secret of ${textOf(answer.webhook.name)}; it is shown this once`)
      if (answer.secret !== null) print(answer.secret)
    })
}

function test(): Command {
  return new Command('test')
    .description('send a test by the way of every alert; “deliveries” says what became of it')
    .argument(...ID)
    .option(...JSON_OPTION)
    .action(async (webhookId: string, { json }: { json?: true }) => {
      const { delivery } = await clientOf().call('testWebhook', { webhookId })
      if (json) return printJson({ delivery })
      print(`${delivery.id}  ${delivery.status}`)
    })
}

function deliveries(): Command {
  return new Command('deliveries')
    .description('list what was sent to a webhook and what it answered, newest first')
    .argument(...ID)
    .option('--limit <number>', 'how many, 500 at most', wholeNumber)
    .option('--cursor <cursor>', 'the page after this place')
    .option(...JSON_OPTION)
    .action(async (webhookId: string, { json, ...page }: { limit?: number; cursor?: string; json?: true }) => {
      const answer = await clientOf().call('listDeliveries', { webhookId, ...page })
      if (json) return printJson(answer)
      if (answer.deliveries.length === 0) return print('no deliveries')
      printTable(
        ['ID', 'AT (UTC)', 'EVENT', 'STATUS', 'TRIES', 'ANSWER'],
        answer.deliveries.map(({ id, createdAt, type, status, tries, responseStatus, response }) => [
          ...[id, instantOf(createdAt), type],
          status === 'dead' ? { text: status, format: 'red' as const } : status,
          String(tries),
          clip(textOf([responseStatus, response].filter(Boolean).join(' ')), 60),
        ]),
      )
      if (answer.nextCursor !== null) print(`next page: --cursor ${answer.nextCursor}`)
    })
}

function redeliver(): Command {
  return new Command('redeliver')
    .description('send the same alert once more')
    .argument(...ID)
    .argument('<delivery>', 'id of the delivery')
    .option(...JSON_OPTION)
    .action(async (webhookId: string, deliveryId: string, { json }: { json?: true }) => {
      const { delivery } = await clientOf().call('redeliverWebhook', { webhookId, deliveryId })
      if (json) return printJson({ delivery })
      print(`${delivery.id}  ${delivery.status}`)
    })
}

function eventOption(more: string): Option {
  return new Option('--event <event>', `what it is told, as often as wanted; ${more}`).argParser(alertType)
}

function alertType(text: string, earlier: readonly AlertType[] = []): AlertType[] {
  const found = ALERT_TYPES.find((type) => type === text)
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${ALERT_TYPES.join(', ')}.`)
  return [...earlier, found]
}

function lineOf({ id, name }: Webhook): string {
  return `${id}  ${textOf(name)}`
}
