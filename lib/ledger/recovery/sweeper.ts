/**
 * Invariant: one pass at a time in this process, the next one a fixed time after the last one ended, and a pass that
 * throws never ends the loop. How it fares is told by `lastError` and by the clock row that every instance shares.
 */
import type { Context } from '#lib/ledger/core/context.ts'
import { type RecoverOptions, recover } from './recover.ts'
import { rollUp } from './roll-up.ts'

/** Of history a pass: the rest is counted by the next ones, and nobody's death waits for it. */
const PAGES_MAX = 4

export interface Sweeper {
  /** Asks for a pass now, for example after a worker was replaced. */
  wake(): void
  stop(): Promise<void>
}

export function startSweeper(
  context: Context,
  options: Omit<RecoverOptions, 'trigger'>,
  onError: (error: unknown) => void,
): Sweeper {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let pass: Promise<void> = Promise.resolve()
  let asked = false
  let failing = false
  const told = new Set<string>()
  const routing = { after: '' }

  async function sweep(): Promise<void> {
    asked = false
    if (stopped) return
    try {
      await recover(context, { ...options, told, routing, trigger: 'sweep' })
      for (let page = 0; page < PAGES_MAX && (await rollUp(context, null)); page += 1);
      failing = false
    } catch (error) {
      // Once an edge: a database that is away for an hour makes one line, not three thousand.
      if (!failing) onError(error)
      failing = true
    }
  }

  function begin(): void {
    if (stopped || asked) return
    asked = true
    clearTimeout(timer)
    pass = pass.then(sweep).then(rest)
  }

  function rest(): void {
    // Asked for meanwhile: the next pass follows at once, and no timer may stand in its way.
    if (!stopped && !asked) timer = setTimeout(begin, options.sweepMs)
  }

  rest()
  return {
    wake: begin,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await pass
    },
  }
}
