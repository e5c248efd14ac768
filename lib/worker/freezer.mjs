// @ts-check
/**
 * Stops process groups that may not act now, and lets them go on. Plain JavaScript beside the heartbeat thread, which is
 * loaded as it stands.
 *
 * Invariant: a group is stopped within one check of being forbidden to act, also when this whole process hangs or is
 * stopped itself: a guard beside it then stops the groups when the lease has come to FREEZE_AT.
 */
import { spawn } from 'node:child_process'

/** @type {Map<number, number>} since when each group is frozen, in milliseconds of performance.now() */
const frozen = new Map()
/** @type {{ end(): void, groups: string, until: number } | undefined} */
let guard

/**
 * Freezes and thaws until exactly those are frozen that may not act.
 * @param {ReadonlyMap<number, boolean>} mayAct by process group
 */
export function freezeUnless(mayAct) {
  for (const group of frozen.keys()) if (!mayAct.has(group)) frozen.delete(group)
  for (const [group, acts] of mayAct) {
    if (acts === !frozen.has(group)) continue
    signal(group, acts ? 'SIGCONT' : 'SIGSTOP')
    if (acts) frozen.delete(group)
    else frozen.set(group, performance.now())
  }
}

/** @param {number} group */
export function isFrozen(group) {
  return frozen.has(group)
}

export function frozenGroups() {
  return [...frozen.keys()]
}

/** @param {number} ms */
export function frozenFor(ms) {
  return [...frozen].filter(([, since]) => performance.now() - since >= ms).map(([group]) => group)
}

/**
 * Sets the guard to stop these groups in so many milliseconds, unless it is set anew before.
 * @param {readonly number[]} groups
 * @param {number} delayMs
 * @param {number} slackMs how much later than asked it may still be set to
 */
export function setGuard(groups, delayMs, slackMs) {
  const until = performance.now() + delayMs
  const names = groups.join(' ')
  if (guard && guard.groups === names && guard.until > until - slackMs && groups.length > 0) return
  const former = guard
  guard = groups.length === 0 || delayMs <= 0 ? undefined : { ...startGuard(groups, delayMs), groups: names, until }
  former?.end()
}

/** @param {number} group @param {NodeJS.Signals} name */
export function signal(group, name) {
  try {
    process.kill(-group, name)
  } catch {
    // It ended by itself.
  }
}

/** It ends at once, with the sleep in it, when its input does: that is, at the latest when we are gone. */
const GUARD = '{ sleep "$0"; kill -STOP "$@"; echo stopped; } & read -r _; kill -9 0'

/** @param {readonly number[]} groups @param {number} delayMs */
function startGuard(groups, delayMs) {
  const words = [String(delayMs / 1000), ...groups.map((group) => `-${group}`)]
  const process = spawn('/bin/sh', ['-c', GUARD, ...words], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    cwd: '/',
  })
  process.on('error', () => undefined)
  process.stdin.on('error', () => undefined)
  // We hung and live again: what it stopped is frozen like what we stop ourselves, and goes on the same way.
  process.stdout.on('data', () => {
    for (const group of groups) frozen.set(group, frozen.get(group) ?? performance.now())
  })
  return { end: () => void process.stdin.end() }
}
