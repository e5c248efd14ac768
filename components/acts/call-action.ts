type Answer<Value> =
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'refused'; readonly code: string; readonly detail: string; readonly advice: string }

/** An act that is called with a command and not sent as a form; what comes back is shown by its caller. */
export type CallAction<Value> = (command: unknown) => Promise<Answer<Value>>
