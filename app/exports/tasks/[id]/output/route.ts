import { toDownload } from '#lib/api/export.ts'
import { outputAsText } from '#lib/api/export-output.ts'
import { findContext } from '#lib/api/session.ts'
import { getTask } from '#lib/ledger/index.ts'
import { isTaskError } from '#lib/task/errors.ts'

interface Place {
  params: Promise<{ id: string }>
}

/** The output of one attempt as a file. */
export async function GET(request: Request, { params }: Place): Promise<Response> {
  const context = await findContext()
  if (context === null) return new Response('Sign in first.', { status: 401 })
  const taskId = decodeURIComponent((await params).id)
  const asked = new URL(request.url).searchParams.get('attempt') ?? ''
  if (!/^[1-9]\d{0,8}$/.test(asked)) return new Response('attempt: expected its number', { status: 400 })
  try {
    await getTask(context, { taskId })
  } catch (error) {
    if (isTaskError(error) && error.code === 'not_found') return new Response(error.message, { status: 404 })
    throw error
  }
  const place = { taskId, attempt: Number(asked) }
  return toDownload(outputAsText(context, place), `output-${taskId.replaceAll(/[^\w.-]/g, '_')}-${asked}`, 'txt')
}
