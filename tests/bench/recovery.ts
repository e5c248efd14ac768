import type { Comparison } from './contest.ts'
export async function recoveryPart(): Promise<Comparison[]> {
  return []
}
