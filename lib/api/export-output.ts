/** The output of an attempt as it came, both streams, read page by page; what is gone leaves a line that says so. */
import { type Context, readOutput } from '#lib/ledger/index.ts'
import { LIMITS } from '#lib/task/schema.ts'

export async function* outputAsText(
  context: Context,
  place: { taskId: string; attempt: number },
): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const { chunks, nextAfter } = await readOutput(context, { ...place, after, limit: LIMITS.page })
    yield chunks.map(({ data, dropped, stream }) => (dropped ? `${gapOf(dropped, stream)}${data}` : data)).join('')
    if (nextAfter === null) return
    after = nextAfter
  }
}

function gapOf({ from, to, bytes }: { from: number; to: number; bytes: number }, stream: string): string {
  return `\n[gap: messages ${from} to ${to} of ${stream}, ${bytes} bytes, were dropped before they reached the ledger]\n`
}
