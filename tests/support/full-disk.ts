/**
 * A small file system that is really full. Linux gives one to whoever may mount, or may make a namespace in which to
 * mount; the program under test runs inside of it.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { ROOT } from './sources.ts'

/** Runs a script of tests/support with the path of a tmpfs of so many MiB as its argument; resolves to what it prints. */
export function onSmallDisk(script: string, sizeMib: number): unknown {
  const inside = `set -e
folder=$(mktemp -d)
mount -t tmpfs -o size=${sizeMib}m,mode=700 tmpfs "$folder"
code=0
"${process.execPath}" --import tsx tests/support/${script} "$folder" || code=$?
umount -l "$folder"
rmdir "$folder"
exit $code`
  const isolated = spawnSync('unshare', ['--mount', '--user', '--map-root-user', 'true']).status === 0
  const wrapped = isolated
    ? ['unshare', '--mount', '--user', '--map-root-user', 'sh', '-c', inside]
    : ['sh', '-c', inside]
  const [file = 'sh', ...args] = wrapped
  return JSON.parse(execFileSync(file, args, { cwd: ROOT, encoding: 'utf8' }))
}
