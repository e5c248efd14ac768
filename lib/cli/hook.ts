/** `rollcall hook`: keeps an agent's session on record, from its hooks. */
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { clientOf } from './environment.ts'
import { folded } from './help.ts'
import { agentWith, findAgent } from './hook/agent.ts'
import type { SessionOptions } from './hook/begin.ts'
import { beginsSession, HOOK_EVENTS, parseHook } from './hook/event.ts'
import { keepSession, sentenceOf } from './hook/keeper.ts'
import { log, logFile } from './hook/log.ts'
import { Spool } from './hook/spool.ts'
import { label, wholeNumber } from './options.ts'
import { printJson } from './print.ts'

const HELP = `
Put what --print-settings prints into the agent's settings (~/.claude/settings.json, or .claude/settings.json of a
project), and each session becomes a task: on record from its first hook, with its session id, what it does now, and its
turns and cost where the agent gives them. A small process beside the agent keeps the lease, and notices its end however
it comes; a missing hook proves nothing. Inside of "rollcall run" the session is added to the task that there is.
The hook never holds the agent up: it ends within two seconds and with 0, prints nothing, and writes trouble to hook.log
in the state folder. Prompts and tool inputs are not recorded.

Examples:
  rollcall hook --print-settings
  rollcall hook --print-settings --label team=core`

/** The agent waits this long at most, whatever happens. */
const LIMIT_MS = 2000
/** How much of that a hook gives the keeper to tell the ledger. */
const RECORD_MS = 1500
const INPUT_BYTES = 16 * 1024 * 1024

interface HookOptions extends Omit<SessionOptions, 'sessionId'> {
  readonly agentPid?: number
  readonly keep?: string
  readonly printSettings?: true
}

export function hookCommand(): Command {
  return new Command('hook')
    .description("keep an agent's session on record, from its hook JSON on stdin")
    .option('--print-settings', "print the JSON for the agent's settings, and do nothing else")
    .option('--title <title>', 'what the session is about')
    .option('--repo <repo>', 'the repository; that of the working folder without it')
    .option('--issue <number>', 'the issue it works on', wholeNumber)
    .option('--agent <agent>', 'the agent that works; claude-code without it')
    .option('--label <key=value>', 'can be given several times', label)
    .option('--agent-pid <pid>', "the agent's process; found among the parents without it", wholeNumber)
    .addOption(new Command().createOption('--keep <session>', 'keeps a session: what a hook starts').hideHelp())
    .addHelpText('after', folded(HELP))
    .action(async (options: HookOptions) => {
      if (options.printSettings) return printJson(settings())
      if (options.keep !== undefined) return keep(options.keep, options)
      setTimeout(() => process.exit(0), LIMIT_MS).unref()
      await take(options).catch((error) => log(sentenceOf(error)))
      process.exit(0)
    })
}

async function take(options: HookOptions): Promise<void> {
  const event = parseHook(await readInput())
  const spool = new Spool(event.sessionId)
  const isNew = !spool.exists
  if (isNew && !beginsSession(event.name))
    return log(`${event.name} of a session that is not on record: ${event.sessionId}`)
  spool.append(event, options.agentPid === undefined ? findAgent() : agentWith(options.agentPid))
  if (!spool.isKept()) startKeeper(event.sessionId)
  // The first hook waits until the session is on record, the last until its end is: the agent goes right after it.
  const isDone = () => (event.name === 'SessionEnd' ? !spool.exists : !isNew || Boolean(spool.record()?.attempt))
  const endsAt = performance.now() + RECORD_MS
  while (!isDone() && performance.now() < endsAt) await sleep(20)
}

/** In a session of its own: what ends the agent's process group must not end what watches over it. */
function startKeeper(sessionId: string): void {
  const out = openSync(logFile(), 'a', 0o600)
  const words = process.argv.slice(1)
  const keeper = spawn(process.execPath, [...process.execArgv, ...words, '--keep', sessionId], {
    detached: true,
    stdio: ['ignore', out, out],
  })
  keeper.on('error', (error) => log(`no keeper could be started: ${error.message}`))
  keeper.unref()
}

async function keep(sessionId: string, options: HookOptions): Promise<void> {
  const joined = process.env.ROLLCALL_TASK_ID
  try {
    const session = { ...options, sessionId, ...(joined ? { joined } : {}) }
    await keepSession(clientOf(), new Spool(sessionId), session)
  } catch (error) {
    log(`session ${sessionId}: ${sentenceOf(error)}`)
  }
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > INPUT_BYTES) throw new Error(`the hook JSON is larger than ${INPUT_BYTES} bytes`)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** With the options that it was asked with, so that the settings say them too. */
function settings(): object {
  const words = process.argv.slice(2).filter((word) => word !== '--print-settings')
  const command = [
    'rollcall',
    ...words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)),
  ].join(' ')
  const hook = { type: 'command', command, timeout: 10 }
  const forTools = (name: string) => (/ToolUse$/.test(name) ? { matcher: '*' } : {})
  return { hooks: Object.fromEntries(HOOK_EVENTS.map((name) => [name, [{ ...forTools(name), hooks: [hook] }]])) }
}
