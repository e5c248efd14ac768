/** A real Prometheus, where one is installed, scrapes a real server by our rules. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { removeFolder } from '../support/folders.ts'
import { freePort } from '../support/server.ts'
import { ROOT } from '../support/sources.ts'
import { openStage } from '../support/stage.ts'

const open = openStage()
const isInstalled = spawnSync('prometheus', ['--version']).error === undefined
const folder = mkdtempSync(join(tmpdir(), 'rollcall-prometheus-'))
let prometheus: ChildProcess | undefined

afterAll(async () => {
  const ended = new Promise((resolve) => (prometheus ? prometheus.once('close', resolve) : resolve(null)))
  prometheus?.kill('SIGKILL')
  await ended
  removeFolder(folder)
})

it('is scraped by a real Prometheus, where one is installed, and no rule fails', async () => {
  const target = new URL(open().server.url).host
  expect((await open().server.call('GET', '/metrics', undefined, null)).status).toBe(200)
  if (!isInstalled) return
  copyFileSync(join(ROOT, 'ops/prometheus/alerts.yml'), join(folder, 'alerts.yml'))
  const job = { job_name: 'rollcall', scrape_interval: '1s', static_configs: [{ targets: [target] }] }
  const config = { global: { evaluation_interval: '1s' }, rule_files: ['alerts.yml'], scrape_configs: [job] }
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config))
  const address = `127.0.0.1:${await freePort()}`
  const args = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`]
  prometheus = spawn('prometheus', [...args, `--web.listen-address=${address}`], { stdio: 'ignore' })
  const ask = async (path: string) => (await fetch(`http://${address}/api/v1/${path}`)).json().catch(() => undefined)
  const health = await eventually('the server was scraped', async () => {
    const answer = await ask('targets').catch(() => undefined)
    const [one] = answer?.data.activeTargets ?? []
    return one && one.health !== 'unknown' && one
  })
  expect(health).toMatchObject({ health: 'up', lastError: '' })
  const rules = await eventually('every rule was evaluated', async () => {
    const answer = await ask('rules')
    const groups: { rules: { health: string; lastError?: string }[] }[] = answer?.data.groups ?? []
    const all = groups.flatMap((group) => group.rules)
    return all.length > 0 && all.every((rule) => rule.health !== 'unknown') && all
  })
  expect(rules.filter((rule) => rule.health !== 'ok')).toEqual([])
})
