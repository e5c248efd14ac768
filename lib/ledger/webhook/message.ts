/** An alert as each kind of receiver takes it. Pure. */
import { createHmac } from 'node:crypto'
import type { WebhookDelivery } from '#lib/task/webhook.ts'

/** By the scheme of Standard Webhooks: the id, the time and the body are signed, by each secret that is valid. */
export function signatureOf(secrets: readonly string[], id: string, timestamp: number, body: string): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
    })
    .join(' ')
}

export function jsonBody({ type, alert }: WebhookDelivery, baseUrl: string): string {
  const { at, path, ...data } = alert
  return JSON.stringify({ type, timestamp: at, data: { ...data, url: baseUrl + path } })
}

export function slackBody({ alert: { title, detail, path } }: WebhookDelivery, baseUrl: string): string {
  const lines = [
    `*${forSlack(title)}*`,
    ...(detail === null ? [] : [forSlack(detail)]),
    `<${baseUrl}${path}|Open in Rollcall>`,
  ]
  return JSON.stringify({ text: lines.join('\n') })
}

/** The three signs that Slack reads as marks of its own; without them no text can mention a channel. */
function forSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export function mailOf({ alert: { title, detail, path, at } }: WebhookDelivery, baseUrl: string) {
  const lines = [title, '', ...(detail === null ? [] : [detail, '']), `${at}`, `${baseUrl}${path}`, '']
  return { subject: `[Rollcall] ${title.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 200)}`, text: lines.join('\n') }
}
