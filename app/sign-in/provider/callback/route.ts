import { returnFromProvider } from '#lib/api/provider-session.ts'

/** Where the provider sends the browser back to. */
export async function GET(request: Request): Promise<Response> {
  return returnFromProvider(new URL(request.url).search)
}
