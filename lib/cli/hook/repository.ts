/** Which repository a folder belongs to, read from its files: starting git takes longer than a hook may. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const DEPTH_MAX = 40

/** acme/api, from the address of its origin; undefined outside of one. */
export function repositoryOf(folder: string): string | undefined {
  let at = resolve(folder)
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const config = configIn(at)
    if (config !== undefined) return nameIn(config)
    if (dirname(at) === at) return undefined
    at = dirname(at)
  }
  return undefined
}

function configIn(folder: string): string | undefined {
  try {
    const git = join(folder, '.git')
    if (statSync(git).isDirectory()) return readFileSync(join(git, 'config'), 'utf8')
    // A worktree: its file leads to <repository>/.git/worktrees/<name>.
    const [, target = ''] = /^gitdir: (.+)$/m.exec(readFileSync(git, 'utf8')) ?? []
    return readFileSync(join(resolve(folder, target), '../..', 'config'), 'utf8')
  } catch {
    return undefined
  }
}

function nameIn(config: string): string | undefined {
  const [, url = ''] = /^\[remote "origin"\][^[]*?^\s*url\s*=\s*(.+?)\s*$/ms.exec(config) ?? []
  const [, name] = /([^/:\s]+\/[^/:\s]+?)(\.git)?\/?$/.exec(url) ?? []
  return name
}
