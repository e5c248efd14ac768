/** What a command loads before it begins decides how soon it begins. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { bundleTo } from '../../scripts/bundle.mjs'
import { COMPILED } from '../../scripts/parts.mjs'
import { removeFolder } from '../support/folders.ts'

interface Output {
  readonly entryPoint?: string
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[]
}

let folder: string
let outputs: Record<string, Output>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-parts-'))
  outputs = (await bundleTo(join(folder, 'built/rollcall.cjs'))).metafile.outputs
})
afterAll(() => removeFolder(folder))

describe('a tracked command', () => {
  test('loads no schema, and none of the other commands', () => {
    const inputs = partsOfRun().flatMap((part) => Object.keys(outputs[part]?.inputs ?? {}))
    expect(inputs).toContain('lib/worker/client.ts')
    expect(inputs.filter((path) => /node_modules\/zod|^lib\/contract\.ts|^lib\/cli\/tasks\.ts/.test(path))).toEqual([])
  })

  test('does without those of the system that take long to load', () => {
    const imports = partsOfRun().flatMap((part) => outputs[part]?.imports ?? [])
    const atOnce = imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path)
    expect(atOnce).toContain('node:http')
    expect(atOnce.filter((path) => /^(node:)?(crypto|https|tls)$/.test(path))).toEqual([])
  })
})

test('takes every part as it was compiled when it was bundled', () => {
  const script = `const { Script } = require('node:vm'), { readFileSync } = require('node:fs')
    const taken = (path, compiled) => !new Script(readFileSync(path, 'latin1'), { cachedData: readFileSync(compiled) }).cachedDataRejected
    console.log(JSON.stringify(process.argv.slice(1).map((path) => taken(path, path.replace(/([^/]+)$/, '${compiledFolder()}/$1')))))`
  const parts = partNames().map((name) => join(folder, 'built', name))
  const taken: boolean[] = JSON.parse(execFileSync(process.execPath, ['-e', script, ...parts], { encoding: 'utf8' }))
  expect(parts.length).toBeGreaterThan(3)
  expect(taken).toEqual(parts.map(() => true))
})

test.each([
  ['nothing was compiled', (copy: string) => rmSync(join(copy, COMPILED), { recursive: true })],
  [
    'what was compiled is of another kind',
    (copy: string) => writeFileSync(join(copy, compiledFolder(), 'main.cjs'), 'other'),
  ],
])('starts all the same where %s', (_, spoil) => {
  const copy = join(folder, 'copy')
  rmSync(copy, { recursive: true, force: true })
  cpSync(join(folder, 'built'), copy, { recursive: true })
  spoil(copy)
  const told = execFileSync(process.execPath, [join(copy, 'rollcall.cjs'), '--version'], { encoding: 'utf8' })
  expect(told).toBe(`${packageJson.version}\n`)
})

function partNames(): string[] {
  return readdirSync(join(folder, 'built')).filter((name) => name.endsWith('.cjs') && name !== 'rollcall.cjs')
}

function compiledFolder(): string {
  return `${COMPILED}/${process.version}-${process.platform}-${process.arch}`
}

/** What `rollcall run` loads before it begins. */
function partsOfRun(): string[] {
  const parts = ['lib/cli/main.ts', 'lib/cli/run.ts'].map(
    (entry) => Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry)?.[0] ?? `no part ${entry}`,
  )
  for (const part of parts)
    for (const { path, kind, external } of outputs[part]?.imports ?? [])
      if (kind === 'import-statement' && !external && !parts.includes(path)) parts.push(path)
  return parts
}
