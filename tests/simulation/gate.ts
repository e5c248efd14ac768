/** Holds up whoever comes by until it is opened, once for each. */
export interface Gate {
  turn(): Promise<void>
  /** Lets the first of those that wait go on. */
  open(): void
  /** Resolves as soon as somebody waits. */
  arrival(): Promise<undefined>
}

export function createGate(): Gate {
  const waiting: (() => void)[] = []
  let arrived: () => void = () => {}
  return {
    turn() {
      const turn = new Promise<void>((resolve) => waiting.push(resolve))
      arrived()
      return turn
    },
    open() {
      waiting.shift()?.()
    },
    arrival() {
      if (waiting.length > 0) return Promise.resolve(undefined)
      return new Promise((resolve) => {
        arrived = () => resolve(undefined)
      })
    },
  }
}
