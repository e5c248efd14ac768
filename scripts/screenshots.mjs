/**
 * The pictures of the README, taken from the demo's fleet while it recovers: `npm run screenshots`. Light and dark are
 * two windows of the same moment. Writes docs/images.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { palettePng } from './demo/png.mjs'
import { ROOT, report, run, StepError } from './step.mjs'

const FOLDER = join(ROOT, 'docs/images')
const SIZE = { width: 1440, height: 900 }
const BYTES_MAX = 200 * 1024
const THEMES = ['light', 'dark']
/** After the three deaths: their tasks wait, and the page says for what. */
const MOMENT = /^1:00 {2}kill/
const READY_MS = 180_000
const SETTLE_MS = 1500

const demo = spawn(process.execPath, [join(ROOT, 'scripts/demo.mjs')], {
  env: { ...process.env, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const over = new Promise((resolve) => demo.once('exit', resolve))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => demo.kill('SIGINT'))

try {
  const { url, token, moment } = await watch(demo.stdout)
  const options = JSON.parse(await run(process.execPath, ['scripts/browser.mjs']))
  const browser = await chromium.launch({ ...options, env: { ...process.env, ...options.env } })
  try {
    const windows = await Promise.all(THEMES.map((theme) => signIn(browser, { url, token, theme })))
    await moment
    await takeAll(windows, { url, token })
  } finally {
    await browser.close()
  }
} catch (error) {
  report(error)
  process.exitCode = 1
}
demo.kill('SIGINT')
await over

/** Resolves when the fleet works; `moment` when there is something to see. */
function watch(output) {
  const found = {}
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new StepError('The demo did not begin.')), READY_MS)
    found.moment = new Promise((seen) => {
      createInterface({ input: output }).on('line', (line) => {
        console.log(line)
        found.url ??= /(http:\S+)\/sign-in/.exec(line)?.[1]
        found.token ??= /^\s+(rc_demo_\w+)$/.exec(line)?.[1]
        if (MOMENT.test(line)) seen()
        if (!found.url || !found.token) return
        clearTimeout(timer)
        resolve(found)
      })
    })
    void over.then(() => reject(new StepError('The demo ended too early.')))
  })
}

async function signIn(browser, { url, token, theme }) {
  const context = await browser.newContext({ viewport: SIZE, colorScheme: theme })
  const page = await context.newPage()
  await page.goto(`${url}/sign-in?next=/`)
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${url}/`)
  return { page, theme }
}

/** All of them while the deaths are fresh and the tasks wait; what takes time comes afterwards. */
async function takeAll(windows, { url, token }) {
  const read = async (path) =>
    (await fetch(`${url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } })).json()
  await eventually(async () => (await read('tasks?status=interrupted&limit=10')).tasks.length > 2)
  const { tasks } = await read('tasks?status=interrupted&limit=10')
  const { incidents } = await read('incidents?limit=1')
  const [task = tasks[0]] = tasks.filter(({ nextAction }) => nextAction === 'resume')
  const shots = [
    ...(await take(windows, 'task', (page) => page.goto(`${url}/tasks/${task.id}`))),
    ...(await take(windows, 'now', comeNear(url))),
    ...(await take(windows, 'incident', (page) => page.goto(`${url}/incidents/${incidents[0].id}`))),
  ]
  mkdirSync(FOLDER, { recursive: true })
  for (const shot of shots) await keep(windows[0].page, shot)
}

/** The chart of the last two minutes: all that the fleet has lived so far. */
function comeNear(url) {
  return async (page) => {
    await page.goto(`${url}/`)
    await page.getByText('15 m').first().click()
    const chart = page.getByRole('group', { name: /^Attempts by worker/ })
    await chart.focus()
    for (let times = 0; times < 9; times += 1) await chart.press('+')
    await chart.blur()
    await page.mouse.move(0, 0)
  }
}

async function take(windows, name, prepare) {
  await Promise.all(windows.map(({ page }) => prepare(page)))
  await sleep(SETTLE_MS)
  return Promise.all(
    windows.map(async ({ page, theme }) => ({
      file: join(FOLDER, `${name}${theme === 'dark' ? '-dark' : ''}.png`),
      picture: await page.screenshot({ animations: 'disabled', caret: 'hide' }),
    })),
  )
}

async function keep(page, { file, picture }) {
  const png = palettePng(await pixelsOf(page, picture))
  if (png.length > BYTES_MAX)
    throw new StepError(`${file} would be ${png.length} bytes; expected ${BYTES_MAX} at most.`)
  writeFileSync(file, png)
  console.log(`${file}  ${Math.round(png.length / 1024)} kB`)
}

/** The browser itself takes its picture apart, so that no decoder is needed here; on a page free of any policy. */
async function pixelsOf(page, picture) {
  const blank = await page.context().newPage()
  try {
    const data = await blank.evaluate(toPixels, `data:image/png;base64,${picture.toString('base64')}`)
    return { ...SIZE, rgba: Buffer.from(data, 'base64') }
  } finally {
    await blank.close()
  }
}

/** Runs in the browser. */
async function toPixels(url) {
  const image = new Image()
  image.src = url
  await image.decode()
  const canvas = new OffscreenCanvas(image.width, image.height)
  const pen = canvas.getContext('2d')
  pen.drawImage(image, 0, 0)
  const bytes = pen.getImageData(0, 0, image.width, image.height).data
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

async function eventually(look) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await look()) return
    await sleep(100)
  }
  throw new StepError('Nothing was interrupted when the pictures were to be taken.')
}
