/** A request and its answer, whatever server they go through. */

export interface ApiRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Who is at the other end of the connection, where it is known. */
  readonly address: string | undefined
  /** The whole body; refuses with payload_too_large past the limit. */
  body(limitBytes: number): Promise<Uint8Array>
  readonly signal: AbortSignal
}

export type ApiResponse =
  | { readonly status: number; readonly headers: Record<string, string>; readonly body: string }
  | { readonly status: number; readonly headers: Record<string, string>; readonly stream: Stream }

export interface Reader {
  /** Answers false when the reader is behind: nothing more is written until it has caught up. */
  write(text: string): boolean
  caughtUp(): Promise<void>
}

/** Writes to the reader until the signal aborts, or the reader may not or does not go on. */
export type Stream = (reader: Reader, signal: AbortSignal) => Promise<void>

export type Respond = (request: ApiRequest) => Promise<ApiResponse>
