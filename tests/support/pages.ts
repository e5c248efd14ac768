/** The pages that there are, as the folders say: a new one is judged without anybody naming it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './sources.ts'

/** Addresses without parameters that need somebody who is signed in. */
export const PLAIN_PAGES: readonly string[] = routesIn(join(ROOT, 'app/(ledger)')).filter((path) => !path.includes('['))

function routesIn(folder: string, path = ''): string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  const here = entries.some(({ name }) => name === 'page.tsx') ? [path || '/'] : []
  const below = entries.filter((entry) => entry.isDirectory())
  return [...here, ...below.flatMap(({ name }) => routesIn(join(folder, name), `${path}/${name}`))]
}
