/** Where alerts go: made, changed, taken away, tried. The secret of a signed one is answered once, when it is minted. */
import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { v7 } from 'uuid'
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row } from '#lib/db/types.ts'
import { changeOf } from '#lib/ledger/core/audit-change.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import { TaskError } from '#lib/task/errors.ts'
import type {
  CreateWebhook,
  DeleteWebhook,
  OneWebhook,
  UpdateWebhook,
  Webhook,
  WebhookKind,
} from '#lib/task/webhook.ts'
import { allowanceOf, judgedAddress } from './addresses.ts'
import { toWebhook } from './rows.ts'

const WEBHOOKS_MAX = 50
/** After a rotation both secrets sign, so that the receiver can change over without a gap. */
const FORMER_MS = 24 * 3_600_000

export async function listWebhooks({ db }: Pick<Context, 'db'>): Promise<{ webhooks: Webhook[] }> {
  const rows = await db.read(`SELECT * FROM webhooks ORDER BY created_at, id LIMIT ${WEBHOOKS_MAX}`)
  return { webhooks: rows.map(toWebhook) }
}

type Minted = { webhook: Webhook; secret: string | null }

export async function createWebhook(context: Context, command: CreateWebhook): Promise<Minted> {
  await assertUsable(context, command.kind, command.url)
  const { webhooks } = await listWebhooks(context)
  if (webhooks.length >= WEBHOOKS_MAX) throw new TaskError('validation', `there are ${WEBHOOKS_MAX} webhooks already`)
  const secret = command.kind === 'json' ? mintSecret() : null
  return { webhook: await insert(context, { ...command, webhookId: v7(), secret }), secret }
}

export async function updateWebhook(context: Context, command: UpdateWebhook): Promise<Webhook> {
  if (command.url !== undefined) await assertUsable(context, await kindOf(context, command), command.url)
  return update(context, command)
}

export async function rotateWebhook(context: Context, command: OneWebhook): Promise<Minted> {
  const kind = await kindOf(context, command)
  if (kind !== 'json') throw new TaskError('validation', `a webhook for ${kind} is not signed: it has no secret`)
  const secret = mintSecret()
  return { webhook: await rotate(context, { ...command, secret }), secret }
}

function mintSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

async function kindOf({ db }: Context, { webhookId }: OneWebhook): Promise<WebhookKind> {
  const [row] = await db.read('SELECT kind FROM webhooks WHERE id = $1', [webhookId])
  if (!row) throw new TaskError('not_found', `no webhook has the id ${webhookId}`, { webhookId })
  return row.kind as WebhookKind
}

/** What can be said at once. Where a name leads to is judged again each time that something is sent. */
async function assertUsable({ policy }: Context, kind: WebhookKind, url: string): Promise<void> {
  if (kind === 'email') {
    if (/^[^\s@<>,;:"]{1,64}@[^\s@<>,;:"]{1,255}$/.test(url)) return
    throw new TaskError('validation', 'url: for e-mail, the address of one mailbox is expected')
  }
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '') {
    throw new TaskError('validation', 'url: an http or https address without a password is expected')
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) === 0) return
  await judgedAddress(host, allowanceOf(policy.settings.webhooks.allow), async () => [])
}

const insertRows = statement(
  'insertWebhooks',
  (d) => `INSERT INTO webhooks (id, name, kind, url, events, secret, created_by, created_at)
    SELECT c.id, c.name, c.kind, c.url, c.events, c.secret, c.created_by, c.at
    FROM ${d.rows('id text, name text, kind text, url text, events text, secret text, created_by text, at bigint')} WHERE true
    RETURNING *`,
)

type Made = CreateWebhook & OneWebhook & { readonly secret: string | null }

const insert = operation<Made, Webhook>(
  'createWebhook',
  ({ webhookId }) => webhookId,
  function* ({ now }, requests) {
    const rows = yield* run(
      insertRows,
      requests.map(({ context: { actor }, command: { webhookId, events, name, kind, url, secret } }) => ({
        ...{ id: webhookId, name, kind, url, secret, events: events.join(',') },
        ...{ created_by: actor.name, at: now },
      })),
    )
    return requests.map(({ command }) => answerOf(rows, command.webhookId))
  },
)

const lockRows = statement(
  'lockWebhooks',
  (d) => `SELECT t.* FROM webhooks AS t WHERE t.id IN (SELECT c.id FROM ${d.rows('id text')}) ORDER BY t.id ${d.lock}`,
)
const updateRows = statement(
  'updateWebhooks',
  (d) => `UPDATE webhooks AS w SET name = c.name, url = c.url, events = c.events, enabled = c.enabled
    FROM ${d.rows('id text, name text, url text, events text, enabled boolean')} WHERE w.id = c.id RETURNING *`,
)

const update = operation<UpdateWebhook, Webhook>(
  'updateWebhook',
  ({ webhookId }) => webhookId,
  function* (_transaction, requests) {
    const found = yield* lock(requests.map(({ command }) => command.webhookId))
    const inputs = requests.flatMap(({ command: { webhookId, events, name, url, enabled } }) => {
      const row = found.get(webhookId)
      if (!row) return []
      const set = { name: name ?? row.name, url: url ?? row.url, events: events?.join(',') ?? row.events }
      return [{ id: webhookId, ...set, enabled: enabled ?? Boolean(row.enabled) }]
    })
    const rows = yield* run(updateRows, inputs)
    return requests.map(({ command: { webhookId } }, index) => {
      const answer = answerOf(rows, webhookId)
      const { url: _url, id: _id, ...set } = { url: '', id: '', ...inputs[index] }
      const before = { ...found.get(webhookId), enabled: Boolean(found.get(webhookId)?.enabled) }
      return answer.ok ? done(answer.value, changeOf(before, set)) : answer
    })
  },
)

const rotateRows = statement(
  'rotateWebhooks',
  (d) => `UPDATE webhooks AS w SET former_secret = w.secret, former_until = c.until_at, secret = c.secret
    FROM ${d.rows('id text, secret text, until_at bigint')} WHERE w.id = c.id AND w.kind = 'json' RETURNING *`,
)

const rotate = operation<OneWebhook & { readonly secret: string }, Webhook>(
  'rotateWebhook',
  ({ webhookId }) => webhookId,
  function* ({ now }, requests) {
    const rows = yield* run(
      rotateRows,
      requests.map(({ command: { webhookId, secret } }) => ({ id: webhookId, secret, until_at: now + FORMER_MS })),
    )
    return requests.map(({ command }) => answerOf(rows, command.webhookId))
  },
)

const deleteRows = statement(
  'deleteWebhooks',
  (d) => `DELETE FROM webhooks WHERE id IN (SELECT c.id FROM ${d.rows('id text')}) RETURNING *`,
)

/** With what was still to be sent there. */
export const deleteWebhook = operation<DeleteWebhook, Webhook>(
  'deleteWebhook',
  ({ webhookId }) => webhookId,
  function* (_transaction, requests) {
    const rows = yield* run(
      deleteRows,
      requests.map(({ command }) => ({ id: command.webhookId })),
    )
    return requests.map(({ command }) => answerOf(rows, command.webhookId))
  },
)

function* lock(ids: readonly string[]): Plan<Map<string, Row>> {
  const rows = yield* run(
    lockRows,
    ids.map((id) => ({ id })),
  )
  return new Map(rows.map((row) => [row.id as string, row]))
}

function answerOf(rows: readonly Row[], webhookId: string) {
  const row = rows.find(({ id }) => id === webhookId)
  return row ? done(toWebhook(row)) : refused('not_found', `no webhook has the id ${webhookId}`, { webhookId })
}
