import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { ROOT } from '../support/sources.ts'
import { openStage, type Stage } from '../support/stage.ts'

/** The value of a sample, by its name and the labels in their order; undefined when it is not there. */
function sample(text: string, name: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length + 1))
}

/** Names of metrics in PromQL: what our rules and panels ask for. */
function namesIn(text: string): string[] {
  return [...new Set(text.match(/\b(rollcall|nodejs|process)_[a-z0-9_]+/g))]
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const promtool = spawnSync('promtool', ['--version']).error === undefined

describe('the figures for Prometheus', () => {
  const stage = openStage()
  const scrape = async ({ server }: Stage) => {
    const response = await fetch(`${server.url}/metrics`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    return response.text()
  }

  it('are there for whoever reaches the server, and tell no names', async () => {
    const text = await scrape(stage())
    await stage().begin({ title: 'Secret plan', repo: 'acme/api', agent: 'coder' })
    expect(await scrape(stage())).not.toMatch(/Secret plan|acme|coder/)
    expect(sample(text, 'rollcall_sweep_lag_seconds')).toBeGreaterThanOrEqual(0)
  })

  it('count each event once, however often they are read', async () => {
    const before = await scrape(stage())
    const { ref } = await stage().begin()
    await stage().admin.call('finishAttempt', { ...ref, messageId: 'm', outcome: 'success' })
    const grown = async (name: string) => (sample(await scrape(stage()), name) ?? 0) - (sample(before, name) ?? 0)
    const success = 'rollcall_attempts_finished_total{outcome="success"}'
    await eventually('it is counted', async () => (await grown(success)) === 1)
    expect(await grown(success)).toBe(1)
    expect(await grown('rollcall_attempts_started_total')).toBe(1)
    const both = await Promise.all([scrape(stage()), scrape(stage())])
    for (const text of both) expect((sample(text, success) ?? 0) - (sample(before, success) ?? 0)).toBe(1)
  })

  it('tell how many tasks and workers there are now', async () => {
    const before = await scrape(stage())
    await stage().begin()
    const after = await scrape(stage())
    for (const name of ['rollcall_tasks{status="running"}', 'rollcall_workers{state="alive"}']) {
      expect((sample(after, name) ?? 0) - (sample(before, name) ?? 0)).toBe(1)
    }
  })

  it('tell of a death, and how long it took to be noticed', async () => {
    const { worker } = await stage().begin()
    await stage().admin.call('declareDead', { workerId: worker.id })
    const text = await scrape(stage())
    expect(sample(text, 'rollcall_workers_died_total{kind="declared"}')).toBe(1)
    expect(sample(text, 'rollcall_detection_seconds_count')).toBe(1)
    expect(sample(text, 'rollcall_interruptions_total{cause="declared"}')).toBe(1)
  })

  it('tell how long answers took, by the name of the route and never by its path', async () => {
    await stage().server.call('GET', '/api/v1/tasks/no-such-task')
    await stage().server.call('GET', '/api/v1/no/such/route')
    const text = await scrape(stage())
    expect(sample(text, 'rollcall_http_request_seconds_count{route="getTask",status="404"}')).toBe(1)
    expect(sample(text, 'rollcall_http_request_seconds_count{route="unknown",status="404"}')).toBe(1)
    expect(text).not.toContain('no-such-task')
  })

  it('tell how many requests shared a commit', async () => {
    const name = 'rollcall_commit_requests_sum{operation="createTask"}'
    const before = sample(await scrape(stage()), name) ?? 0
    await stage().admin.call('createTasks', { tasks: [{ title: 'a' }, { title: 'b' }, { title: 'c' }] })
    expect(sample(await scrape(stage()), name)).toBe(before + 3)
  })

  it('are what the rules and the dashboard ask for', async () => {
    const { worker } = await stage().begin({ requires: ['none'] })
    await stage().admin.call('declareDead', { workerId: worker.id })
    const text = await scrape(stage())
    const asked = namesIn(read('ops/prometheus/alerts.yml') + read('ops/grafana/rollcall.json'))
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.filter((name) => !text.includes(`\n${name}`) && !text.startsWith(name))).toEqual([])
  })

  it('and the rules satisfy promtool, where it is installed', async () => {
    const text = await scrape(stage())
    // Every line is a comment or a sample, whoever checks it.
    const line = /^(# (HELP|TYPE) .+|[a-z_:][a-z0-9_:]*(\{[^{}]*\})? (-?[0-9.e+-]+|NaN|[+-]Inf))$/i
    expect(text.split('\n').filter((one) => one !== '' && !line.test(one))).toEqual([])
    if (!promtool) return
    const check = (args: string[], input?: string) => {
      const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: ROOT, input, encoding: 'utf8' })
      return { status, told: `${stdout}${stderr}` }
    }
    expect(check(['check', 'metrics'], text)).toMatchObject({ status: 0 })
    expect(check(['test', 'rules', 'ops/prometheus/alerts.test.yml'])).toMatchObject({ status: 0 })
  })
})
