/** For whom a task runs, unless it is said. */
import { userInfo } from 'node:os'

export function nameOfUser(): string | undefined {
  try {
    return userInfo().username
  } catch {
    // A user id without a name, as in many containers.
    return process.env.USER || undefined
  }
}
