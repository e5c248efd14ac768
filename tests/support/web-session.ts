/** The pages over plain HTTP, as a browser without scripts uses them. */
import type { Server } from './server.ts'

export interface Fetched {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

type Sent = Readonly<Record<string, string>>

export async function getPage({ url }: Server, path: string, headers: Sent = {}): Promise<Fetched> {
  const response = await fetch(url + path, { headers, redirect: 'manual' })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** Sends the form of the sign-in page that takes a token, with what stands in it and these fields. */
export async function postSignIn(server: Server, fields: Sent, origin = server.url): Promise<Fetched> {
  const { text } = await getPage(server, '/sign-in')
  const form = [...text.matchAll(/<form[\s\S]*?<\/form>/g)]
    .map(([html]) => html)
    .find((html) => /name="token"/.test(html))
  const data = new FormData()
  for (const [tag] of (form ?? '').matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    data.append(unescaped(/name="([^"]*)"/.exec(tag)?.[1]), unescaped(/value="([^"]*)"/.exec(tag)?.[1]))
  }
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  const response = await fetch(`${server.url}/sign-in`, {
    method: 'POST',
    headers: { origin },
    body: data,
    redirect: 'manual',
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** The cookie of somebody who signed in with a token. */
export async function signInWith(server: Server, token: string): Promise<string> {
  const { headers, status } = await postSignIn(server, { token })
  const [cookie] = headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '')
  if (cookie === undefined) throw new Error(`no cookie came with the answer ${status} to the sign-in`)
  return cookie
}

function unescaped(text = ''): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#x27;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&')
}
