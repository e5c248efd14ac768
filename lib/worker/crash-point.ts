/**
 * Ends the process like a power cut at a named point, so that tests can prove what a restart finds:
 * ROLLCALL_WORKER_CRASH_AT=recordFinal/before dies before that write, recordFinal/after once it is on disk, and
 * appendOutputChunk/after:3 when the third is. Unset, as it is everywhere but in tests, this costs one comparison.
 */
const [crashAt, times = '1'] = process.env.ROLLCALL_WORKER_CRASH_AT?.split(':') ?? []
let left = Number(times)

export function crashPoint(step: string, moment: string): void {
  if (crashAt === undefined || crashAt !== `${step}/${moment}`) return
  left--
  if (left <= 0) process.kill(process.pid, 'SIGKILL')
}
