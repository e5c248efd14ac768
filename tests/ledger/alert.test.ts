/** Each kind of alert, provoked once, reaches who asked for it. */
import { SMTPServer } from 'smtp-server'
import { afterEach, expect, it } from 'vitest'
import type { Database } from '#lib/db/types.ts'
import {
  createSendMail,
  createTask,
  listAudit,
  quarantineTask,
  SWEEPER,
  startFollowing,
  testWebhook,
  verifyAudit,
} from '#lib/ledger/index.ts'
import { alertsOf } from '#lib/ledger/webhook/alerts.ts'
import type { TaskEvent } from '#lib/task/schema.ts'
import type { ALERT_TYPES } from '#lib/task/webhook.ts'
import { begin, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'
import { dieTwice } from '../support/waves.ts'
import { receiver, setUpWebhooks } from '../support/webhooks.ts'

forEachDialect('an alert', (openLedger) => {
  it.each([
    ['incident.opened', 'An incident was opened'],
    ['incident.braked', 'Automatic recovery was stopped'],
    ['task.quarantined', 'was quarantined'],
    ['task.unskilled', 'No worker can do gpu'],
    ['sweeper.late', 'The sweeper is late'],
  ] as const)('of %s reaches who asked for it', async (type, title) => {
    const ledger = await openLedger()
    const { run, hook, context } = setUpWebhooks(ledger)
    const there = await receiver()
    await hook(there.url, { events: [type] })
    await sweep(ledger)
    await run()
    await provoke[type](ledger)
    await run(() => there.received.length > 0)
    await run()
    expect(there.received.map(({ body }) => JSON.parse(body))).toMatchObject([
      {
        type,
        data: { title: expect.stringContaining(title), url: expect.stringMatching(/^https:\/\/rollcall\.example\//) },
      },
    ])
    expect(context.actor.name).toBe('ada')
  })

  it('reaches a webhook that was made while a server was looking', async () => {
    const ledger = await openLedger()
    const there = await receiver()
    let meanwhile: () => Promise<unknown> = async () => {}
    // After the first thing that a look reads.
    const read: Database['read'] = async (text, parameters) => {
      const rows = await ledger.db.read(text, parameters)
      const once = meanwhile
      meanwhile = async () => {}
      await once()
      return rows
    }
    const contextOf: Ledger['contextOf'] = (changes) => ledger.contextOf({ db: { ...ledger.db, read }, ...changes })
    const { run, hook } = setUpWebhooks({ ...ledger, contextOf })
    await startFollowing(ledger.context)
    meanwhile = async () => {
      await hook(there.url, { events: ['task.quarantined'] })
      await provoke['task.quarantined'](ledger)
    }
    await sweep(ledger)
    await run(() => there.received.length > 0)
    expect(there.received).toHaveLength(1)
  })

  it('of the ledger’s own acts stands in the audit log', async () => {
    const ledger = await openLedger()
    const { run, context } = setUpWebhooks(ledger)
    await sweep(ledger)
    await run()
    const own = ledger.contextOf({ actor: SWEEPER })
    await provoke['incident.opened']({ ...ledger, context: own })
    await run(async () => (await listAudit(context, {})).entries.length > 0)
    const { entries } = await listAudit(context, {})
    expect(entries[0]).toMatchObject({ via: 'system', action: 'recovery.ran', actor: { kind: 'system' } })
    expect(await verifyAudit(context, {})).toMatchObject({ ok: true, checked: entries.length })
  })
})

const provoke: Record<(typeof ALERT_TYPES)[number], (ledger: Ledger) => Promise<unknown>> = {
  async 'incident.opened'(ledger) {
    await begin(ledger)
    ledger.clock.advance(1000)
    await sweep(ledger)
    for (let count = 0; count < 40; count += 1) {
      ledger.clock.advance(1000)
      await sweep(ledger)
    }
  },
  'incident.braked': dieTwice,
  async 'task.quarantined'(ledger) {
    const { task } = await begin(ledger)
    await quarantineTask(ledger.context, { taskId: task.id, reason: 'kills its workers' })
  },
  async 'task.unskilled'(ledger) {
    await createTask(ledger.context, taskOf({ requires: ['gpu'] }))
    ledger.clock.advance(1000)
    await sweep(ledger)
  },
  async 'sweeper.late'(ledger) {
    ledger.clock.advance(60_000)
  },
}

let smtp: SMTPServer | undefined
afterEach(() => new Promise<void>((resolve) => (smtp ? smtp.close(() => resolve()) : resolve())))

/** A mail server on loopback; answers what it was given. */
async function openSmtp(refuses = false) {
  const mails: { from: string; to: string[]; text: string }[] = []
  smtp = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onRcptTo: (_address, _session, done) => done(refuses ? new Error('no such mailbox') : null),
    onData(stream, { envelope }, done) {
      let text = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), text })
        done()
      })
    },
  })
  const server = smtp.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { mails, sendMail: createSendMail({ url: `smtp://127.0.0.1:${port}`, from: 'rollcall@example.org' }) }
}

forEachDialect('what the ledger does by itself', (openLedger) => {
  it('is entered once, although several servers read the history', async () => {
    const ledger = await openLedger()
    const db = ledger.db.dialect.name === 'sqlite' ? ledger.db : await ledger.another()
    const first = setUpWebhooks(ledger)
    const second = setUpWebhooks({ ...ledger, contextOf: (changes) => ledger.contextOf({ ...changes, db }) } as Ledger)
    await first.run()
    const own = ledger.contextOf({ actor: SWEEPER })
    for (let count = 0; count < 2; count += 1) await dieTwice({ ...ledger, context: own })
    const braked = (await rowsOf(ledger, 'task_events')).filter(({ type }) => type === 'incident.braked').length
    const entered = async () => (await listAudit(first.context, { action: 'incident.braked' })).entries.length
    await Promise.all([first.run(), second.run()])
    await first.run(async () => (await entered()) >= braked)
    await second.run()
    expect(braked).toBeGreaterThan(0)
    expect(await entered()).toBe(braked)
  })
})

it('about more than a handful at once is one', () => {
  const about = {
    attempt: 1,
    workerId: null,
    incidentId: null,
    fromStatus: null,
    toStatus: null,
    reason: null,
    data: {},
  }
  const eventOf = (id: number): TaskEvent => ({
    ...{ ...about, id: `0.${id}`, type: 'task.quarantined', taskId: `task-${id}` },
    ...{ actor: { kind: 'system', name: 'sweeper' }, at: '2026-11-21T08:00:00.000Z' },
  })
  const titles = (count: number) =>
    alertsOf(Array.from({ length: count }, (_, id) => eventOf(id))).map((r) => r.alert.title)
  expect(titles(5)).toHaveLength(5)
  expect(titles(7)).toEqual(['7 at once: Task task-0 was quarantined'])
})

forEachDialect('an alert by e-mail', (openLedger) => {
  it('is sent through the mail server, one line a header, whatever stands in it', async () => {
    const ledger = await openLedger()
    const { mails, sendMail } = await openSmtp()
    const { run, hook } = setUpWebhooks(ledger, { sendMail })
    await hook('oncall@example.org', { kind: 'email' })
    await run()
    const { task } = await begin(ledger)
    await quarantineTask(ledger.context, { taskId: task.id, reason: 'kills its workers' })
    await run(() => mails.length > 0)
    expect(mails).toMatchObject([{ from: 'rollcall@example.org', to: ['oncall@example.org'] }])
    expect(mails[0]?.text).toContain(`Subject: [Rollcall] Task ${task.id} was`)
    expect(mails[0]?.text).toContain('kills its workers')
  })

  it('that the server refuses is tried again, and tells why', async () => {
    const ledger = await openLedger()
    const { sendMail } = await openSmtp(true)
    const { run, hook, context, deliveriesOf } = setUpWebhooks(ledger, { sendMail })
    const { webhook } = await hook('nobody@example.org', { kind: 'email' })
    await testWebhook(context, { webhookId: webhook.id })
    await run()
    expect((await deliveriesOf(webhook.id))[0]).toMatchObject({
      status: 'pending',
      tries: 1,
      response: expect.stringContaining('no such mailbox'),
    })
  })

  it('says what is missing where no mail server is configured', async () => {
    const ledger = await openLedger()
    const { run, hook, context, deliveriesOf } = setUpWebhooks(ledger, { sendMail: createSendMail(undefined) })
    const { webhook } = await hook('oncall@example.org', { kind: 'email' })
    await testWebhook(context, { webhookId: webhook.id })
    await run()
    expect((await deliveriesOf(webhook.id))[0]?.response).toContain('ROLLCALL_SMTP_URL')
  })
})
