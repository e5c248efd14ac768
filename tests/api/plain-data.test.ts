/** Text that means something elsewhere, to a browser, a database, a shell or a terminal, is data here and nothing else. */
import { describe, expect, it } from 'vitest'
import { freshId } from '../support/factories.ts'
import { DIALECTS } from '../support/ledger.ts'
import { openStage } from '../support/stage.ts'

const NASTY = [
  `'; DROP TABLE task_history; --`,
  `<script>alert("1")</script><img src=x onerror=alert(1)>`,
  '$HOME `id` $(id) {{7*7}} %s %n \\u0000 \\x00',
  '100% _under_ \\back\\slash\\ "double" null NaN -0 1e9999',
  'أهلا 你好 👩‍👩‍👧 e\u0301 \u202egnp.exe',
]

describe.each(DIALECTS)('the server, on %s', (dialect) => {
  const open = openStage(dialect)

  it.each(NASTY)('gives back as it came: %s', async (text) => {
    const stage = open()
    const { admin } = stage
    const worker = await stage.hire({ name: text, host: text, version: text, labels: { note: text } })
    expect((await admin.call('getWorker', { workerId: worker.id })).worker).toMatchObject({
      name: text,
      host: text,
      version: text,
      labels: { note: text },
    })

    const lines = { title: text, repo: text, user: text, agent: text, agentType: text, model: text, provider: text }
    const payload = { [text]: [text, { text }] }
    const sessionId = `${text} ${freshId('session')}`
    const { task, ref } = await stage.begin(
      {
        ...lines,
        payload,
        labels: { note: text },
        correlationId: `${text} ${freshId('saga')}`,
        start: { workerId: worker.id, sessionId },
      },
      worker,
    )
    expect(task).toMatchObject({ ...lines, payload, labels: { note: text } })

    await admin.call('reportProgress', { ...ref, phase: text, note: `${text}\n${text}` })
    const messageId = freshId('message')
    await admin.call('appendOutput', {
      ...ref,
      messages: [{ id: messageId, stream: 'stderr', sequence: 1, data: text }],
    })
    await admin.call('noteTask', { taskId: task.id, text })
    const error = { class: text, message: text }
    const outcome = { outcome: 'failed', reason: text, error, artifacts: { [text]: text } }
    await admin.call('finishAttempt', { ...ref, messageId: freshId('message'), ...outcome })

    const read = await admin.call('getTask', { taskId: task.id })
    expect(read.task).toMatchObject({ ...lines, errorClass: text, errorMessage: text, artifacts: { [text]: text } })
    expect(read.attempts).toMatchObject([{ workerName: text, errorMessage: text }])
    expect(read.session?.id).toBe(sessionId)
    const { chunks } = await admin.call('readOutput', { taskId: task.id })
    expect(chunks).toMatchObject([{ id: messageId, data: text }])
    const { events } = await admin.call('listEvents', { taskId: task.id })
    expect(events.find(({ type }) => type === 'task.noted')?.reason).toBe(text)
  })

  it.each(NASTY)('finds by it and by nothing else: %s', async (text) => {
    const stage = open()
    const { id } = await stage.create({ title: `find ${text}`, repo: `find ${text}`, labels: { find: text } })
    for (const filter of [{ repo: `find ${text}` }, { label: `find=${text}` }]) {
      const { tasks } = await stage.admin.call('listTasks', filter)
      expect(tasks.map((task) => task.id)).toEqual([id])
    }
    const found = await stage.admin.call('listTasks', { q: text.split(' ')[0], repo: `find ${text}` })
    expect(found.tasks.map((task) => task.id)).toEqual([id])
    expect((await stage.admin.call('listTasks', { q: `${text}%`, repo: `find ${text}` })).tasks).toEqual([])
  })

  it('keeps what a database cannot as a sign that something was there', async () => {
    const stage = open()
    const { ref } = await stage.begin()
    const data = 'a\u0000b\ud800c'
    await stage.admin.call('appendOutput', {
      ...ref,
      messages: [{ id: freshId('message'), stream: 'stdout', sequence: 1, data }],
    })
    const { chunks } = await stage.admin.call('readOutput', { taskId: ref.taskId })
    expect(chunks[0]?.data).toBe('a\ufffdb\ufffdc')
    const { payload } = await stage.create({ payload: { 'a\u0000': 'b\u0000' } })
    expect(payload).toEqual({ 'a\ufffd': 'b\ufffd' })
    expect((await stage.admin.call('listTasks', { q: '\u0000', repo: '\u0000' })).tasks).toEqual([])
  })
})
