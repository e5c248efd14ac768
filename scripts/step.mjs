/** How the scripts speak: one line a step with its time, and the output of a command only when it failed, then whole. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What went wrong, what to do about it, and what the failed command had printed. */
export class StepError extends Error {
  constructor(message, advice, output = '') {
    super(message)
    this.advice = advice
    this.output = output
  }
}

/** Runs one step. A string that `work` returns is shown behind the time. */
export async function step(title, work) {
  const startedAt = performance.now()
  process.stdout.write(`${title} … `)
  try {
    const note = await work()
    console.log(secondsSince(startedAt) + (note ? ` (${note})` : ''))
  } catch (error) {
    console.log(`failed after ${secondsSince(startedAt)}`)
    throw error
  }
}

export function secondsSince(startedAt) {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
}

/** Runs a command to its end and gives back what it printed. `advice` tells what to do when it fails. */
export function run(command, args, { env = {}, advice, shell = false, timeoutMs, signal } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell,
      timeout: timeoutMs,
      signal,
    })
    const chunks = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    const line = [command, ...args].join(' ')
    child.once('error', (error) => reject(new StepError(`${line} could not be started: ${error.message}.`, advice)))
    child.once('close', (code, signal) => {
      const output = Buffer.concat(chunks).toString()
      if (code === 0) resolve(output)
      else reject(new StepError(`${line} ended with ${signal ?? `exit code ${code}`}.`, advice, output))
    })
  })
}

/** Prints a failure for a person. Anything but a StepError is a bug of the script and keeps its stack. */
export function report(error) {
  if (!(error instanceof StepError)) return console.error(error)
  if (error.output) console.error(error.output.trimEnd())
  console.error(error.advice ? `${error.message} ${error.advice}` : error.message)
}
