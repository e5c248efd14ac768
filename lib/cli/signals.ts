/** What SIGINT, SIGTERM and SIGHUP mean at each stage of a tracked command. */
import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

export interface Signals {
  /** Aborted by a signal that came before there was a command to pass it on to. */
  readonly interrupted: AbortSignal
  /** 128 + n of the last signal. */
  code(): number
  passTo(receiver: (signal: Signal) => void): void
  /** From now on a signal means that nobody wants to wait any longer. */
  giveUp(): AbortSignal
  end(): void
}

export function passSignals(): Signals {
  const interrupted = new AbortController()
  let last: Signal = 'SIGTERM'
  let receive = (signal: Signal) => interrupted.abort(new Error(`interrupted by ${signal}`))
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      last = signal
      receive(signal)
    }
    process.on(signal, listener)
    return [signal, listener] as const
  })
  return {
    interrupted: interrupted.signal,
    code: () => 128 + constants.signals[last],
    passTo(receiver) {
      receive = receiver
    },
    giveUp() {
      const givenUp = new AbortController()
      receive = (signal) => givenUp.abort(new Error(`interrupted by ${signal}`))
      return givenUp.signal
    },
    end() {
      for (const [signal, listener] of listeners) process.off(signal, listener)
    },
  }
}

/**
 * Suspends this process when a terminal asks for it, once the work is paused: the command runs in a group of its own,
 * which the terminal does not reach. Answers how to ask for it without a terminal; that resolves once we go on.
 */
export function suspendAfter(pause: () => Promise<void>): () => Promise<void> {
  let goOn = () => {}
  const stop = async () => {
    await pause()
    // By the system's own rule, which stops nobody whom no shell could let go on.
    process.off('SIGTSTP', stop)
    process.kill(process.pid, 'SIGTSTP')
    process.on('SIGTSTP', stop)
    goOn()
  }
  process.on('SIGTSTP', stop)
  return () =>
    new Promise((resolve) => {
      goOn = resolve
      process.kill(0, 'SIGTSTP')
    })
}
