/** What a person feels in the browser: how long frames take while the chart moves and while a log is read. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { connectSqlite } from '#lib/db/connect-sqlite.ts'
import { migrate } from '#lib/db/migrate.ts'
import { type Server, startServer } from '../support/server.ts'
import { chartStatements, LOG_TASK, logStatements } from './browser-seed.ts'
import type { Comparison } from './contest.ts'
import type { Bench } from './main.ts'

const WORKERS = 200
const ATTEMPTS = { much: 10_000, little: 200 }
const LINES = { much: 100_000, little: 1000 }
const ROUNDS = 5
const TARGET = 3
const READ_LIMIT_MS = 120_000

type Size = keyof typeof ATTEMPTS
const SIZES: readonly Size[] = ['much', 'little']

type Pages = Record<Size, Page>

/** The same movements over much and over little, in turns; a ratio of 1 is a page that does not feel how much there is. */
export function chartPart(bench: Bench): Promise<Comparison[]> {
  return withPages(bench, openChart, async (pages) => [
    await compareFrames('chart: zoom, pan and point', pages, moveChart),
  ])
}

export function logPart(bench: Bench): Promise<Comparison[]> {
  return withPages(bench, openLog, async (pages) => [
    await compareFrames('log: scroll up from its end and back', pages, scrollLog),
    await compareFrames('log: find', pages, findInLog),
  ])
}

async function withPages(
  { folder }: Bench,
  open: (page: Page, size: Size, url: string) => Promise<void>,
  measure: (pages: Pages) => Promise<Comparison[]>,
): Promise<Comparison[]> {
  const options = JSON.parse(process.env.E2E_BROWSER ?? '{}')
  const browser = await chromium.launch({ ...options, env: { ...process.env, ...options.env } })
  const servers = { much: await serve(folder, 'much'), little: await serve(folder, 'little') }
  try {
    return await measure(await openBoth(browser, servers, open))
  } finally {
    await browser.close()
    for (const server of Object.values(servers)) await server.stop()
    for (const size of SIZES) rmSync(fileOf(folder, size), { force: true })
  }
}

const fileOf = (folder: string, size: Size) => join(folder, `browser-${size}.db`)

async function serve(folder: string, size: Size): Promise<Server> {
  const databaseUrl = `file:${fileOf(folder, size)}`
  await migrate(databaseUrl)
  const connection = connectSqlite(databaseUrl)
  const now = Date.now()
  const texts = [...chartStatements(WORKERS, ATTEMPTS[size], now), ...logStatements(LINES[size], now)]
  for (const text of texts) connection.prepare(text).all([])
  connection.close()
  return startServer({ databaseUrl })
}

async function openBoth(
  browser: Browser,
  servers: Record<Size, Server>,
  open: (page: Page, size: Size, url: string) => Promise<void>,
): Promise<Pages> {
  const pageOf = async (size: Size) => {
    const { url, adminToken } = servers[size]
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    // What runs this file keeps the names of functions by a helper, which the browser does not have.
    await page.addInitScript('globalThis.__name = (value) => value')
    await page.goto(`${url}/sign-in?next=/workers`)
    await page.getByLabel('Token').fill(adminToken)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${url}/workers`)
    await open(page, size, url)
    return page
  }
  return { much: await pageOf('much'), little: await pageOf('little') }
}

async function openChart(page: Page, _: Size, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('heading', { name: 'Attempts by worker' }).scrollIntoViewIfNeeded()
  await page.getByRole('group', { name: /^Attempts by worker/ }).waitFor()
}

async function openLog(page: Page, size: Size, url: string): Promise<void> {
  const startedAt = performance.now()
  await page.goto(`${url}/tasks/${LOG_TASK}`)
  await page.getByText(`${LINES[size].toLocaleString('en-US')} lines`).waitFor({ timeout: READ_LIMIT_MS })
  const seconds = (performance.now() - startedAt) / 1000
  console.log(`  ${LINES[size].toLocaleString('en-US')} lines were read and laid out in ${seconds.toFixed(1)} s`)
}

/** Runs in the browser. Answers the times between frames while one movement a frame is made. */
function moveChart(): Promise<number[]> {
  const canvas = document.querySelector('canvas')
  return new Promise((resolve) => {
    const times: number[] = []
    let before = performance.now()
    const frame = () => {
      const now = performance.now()
      times.push(now - before)
      before = now
      if (times.length === 120 || !canvas) return resolve(times.slice(1))
      const turn = times.length % 60
      const at = { bubbles: true, cancelable: true, clientX: 700, clientY: 500 }
      if (times.length < 60)
        canvas.dispatchEvent(new WheelEvent('wheel', { ...at, ctrlKey: true, deltaY: turn < 30 ? -1 : 1 }))
      else
        canvas.dispatchEvent(
          new PointerEvent('pointermove', { ...at, clientX: 400 + turn * 8, clientY: 400 + turn * 4 }),
        )
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
}

function scrollLog(): Promise<number[]> {
  const box = document.querySelector<HTMLElement>('section[aria-label="Output"]')
  return new Promise((resolve) => {
    const times: number[] = []
    let before = performance.now()
    const frame = () => {
      const now = performance.now()
      times.push(now - before)
      before = now
      if (times.length === 120 || !box) return resolve(times.slice(1))
      box.scrollTop = times.length < 60 ? box.scrollTop - 400 : box.scrollTop + 400
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
}

/** Types a word, letter by letter, and takes the letters away again. */
function findInLog(): Promise<number[]> {
  const field = document.querySelector<HTMLInputElement>('search input')
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
  return new Promise((resolve) => {
    const times: number[] = []
    let before = performance.now()
    const frame = () => {
      const now = performance.now()
      times.push(now - before)
      before = now
      if (times.length === 60 || !field) return resolve(times.slice(1))
      set?.call(field, 'line 777'.slice(0, times.length % 10))
      field.dispatchEvent(new Event('input', { bubbles: true }))
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
}

async function compareFrames(work: string, pages: Pages, move: () => Promise<number[]>): Promise<Comparison> {
  const rates: Record<Size, number[]> = { much: [], little: [] }
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const size of SIZES) {
      await pages[size].bringToFront()
      const times = await pages[size].evaluate(move)
      // What is felt is the slow frame: of twenty the slowest, as frames a second.
      const slow = times.toSorted((left, right) => left - right)[Math.floor(times.length * 0.95)] ?? Number.NaN
      if (round > 0) rates[size].push(1000 / slow)
    }
  }
  const ratios = rates.much.map((rate, round) => (rates.little[round] ?? Number.NaN) / rate)
  return {
    work: `frames a second (of 20 the slowest), ${work}`,
    against: 'the same with little',
    target: TARGET,
    kind: 'time',
    ratios,
    ours: rates.much,
    theirs: rates.little,
  }
}
