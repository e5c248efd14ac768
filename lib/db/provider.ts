/** Which database a URL names. */
import { TaskError } from '#lib/task/errors.ts'

export type Provider = 'sqlite' | 'postgresql'

export function providerOf(url: string): Provider {
  if (url.startsWith('file:')) return 'sqlite'
  if (/^postgres(ql)?:\/\//.test(url)) return 'postgresql'
  throw new TaskError(
    'validation',
    `DATABASE_URL is neither file:<path> nor postgresql://…: it begins with "${url.slice(0, 12)}"`,
  )
}
