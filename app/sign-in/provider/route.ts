import { leaveForProvider } from '#lib/api/provider-session.ts'

/** Sends the browser to the provider. A link leads here and no form: a policy of the page keeps forms at home. */
export async function GET(request: Request): Promise<Response> {
  return leaveForProvider(new URL(request.url).searchParams.get('next') ?? undefined)
}
