/** What a command loads before it begins decides how soon it begins. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundleTo } from '../../scripts/bundle.mjs'

interface Output {
  readonly entryPoint?: string
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[]
}

test('a tracked command loads no schema, and none of the other commands', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-parts-'))
  try {
    const { metafile } = await bundleTo(join(folder, 'rollcall.mjs'))
    const outputs: Record<string, Output> = metafile.outputs
    const run = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === 'lib/cli/run.ts')?.[0]
    const inputs = loadedWith(outputs, [run ?? 'no part of its own'])
    expect(inputs).toContain('lib/worker/client.ts')
    expect(inputs.filter((path) => /node_modules\/zod|^lib\/contract\.ts|^lib\/cli\/tasks\.ts/.test(path))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** The sources of these parts and of all that they import before they begin. */
function loadedWith(outputs: Record<string, Output>, parts: string[]): string[] {
  for (const part of parts)
    for (const { path, kind, external } of outputs[part]?.imports ?? [])
      if (kind === 'import-statement' && !external && !parts.includes(path)) parts.push(path)
  return parts.flatMap((part) => Object.keys(outputs[part]?.inputs ?? {}))
}
