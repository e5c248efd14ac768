/** The words that mark a task as held by the brake of this incident. */
export function brakeWords(incidentId: string): string {
  return `automatic recovery of incident ${incidentId} is stopped`
}
