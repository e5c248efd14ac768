/**
 * Ends the process like a power cut at a named point, so that tests can prove what a restart finds:
 * ROLLCALL_CRASH_AT=finishAttempt/sealAttempts dies after that statement, finishAttempt/commit after the commit and
 * before the answer. Unset, as it is everywhere but in tests, this costs one comparison.
 */
const crashAt = process.env.ROLLCALL_CRASH_AT

export function crashPoint(work: string, point: string): void {
  if (crashAt !== undefined && crashAt === `${work}/${point}`) process.kill(process.pid, 'SIGKILL')
}
