/** Pages and server actions over HTTP, as a browser asks for them: the pages of the app, and its actions by their names. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './sources.ts'

const APP = join(ROOT, 'app')

/** Files of the app by their paths, such as `(ledger)/tasks/[id]/page.tsx`. */
function appFiles(): string[] {
  return readdirSync(APP, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'))
}

/** Addresses with their parameters, such as `/tasks/[id]`, of everything that answers a browser. */
export function pagePatterns(): string[] {
  const found = appFiles().filter((path) => /(^|\/)(page\.tsx|route\.ts)$/.test(path))
  return found.map(toPattern).sort()
}

function toPattern(path: string): string {
  const parts = path.split('/').slice(0, -1)
  return `/${parts.filter((part) => !part.startsWith('(')).join('/')}`
}

/** The names of all that files of server actions export. */
export function actionNames(): string[] {
  const files = appFiles().filter((path) => /\.tsx?$/.test(path))
  const texts = files.map((path) => readFileSync(join(APP, path), 'utf8'))
  return texts
    .filter((text) => text.startsWith("'use server'"))
    .flatMap((text) => [...text.matchAll(/^export (?:const|async function) (\w+)/gm)].map(([, name = '']) => name))
    .sort()
}

interface Manifest {
  readonly node: Record<string, { readonly workers: Record<string, unknown>; readonly exportedName: string }>
}

/** Where the build has put an action: its id, and a page that carries it. */
function findAction(name: string): { id: string; page: string } {
  const path = join(ROOT, '.next/server/server-reference-manifest.json')
  const { node }: Manifest = JSON.parse(readFileSync(path, 'utf8'))
  const [id, action] = Object.entries(node).find(([, { exportedName }]) => exportedName === name) ?? []
  if (id === undefined || !action) throw new Error(`the build has no action ${name}`)
  const [page = ''] = Object.keys(action.workers)
  return { id, page: toPattern(page.replace(/^app\//, '')).replaceAll(/\[[^\]]+\]/g, 'none') }
}

export interface ActionAnswer {
  readonly status: number
  readonly text: string
  /** `done`, the code of a refusal, or null for an action that answers otherwise. */
  readonly outcome: string | null
}

export interface ActionRequest {
  readonly headers: Readonly<Record<string, string>>
  /** Of a form. */
  readonly form?: Readonly<Record<string, string>>
  /** Of an action that takes a command. */
  readonly command?: unknown
}

/** As React sends it. */
export async function postAction(url: string, name: string, request: ActionRequest): Promise<ActionAnswer> {
  const { id, page } = findAction(name)
  const headers = { origin: url, 'next-action': id, accept: 'text/x-component', ...request.headers }
  const response = await fetch(url + page, { method: 'POST', headers, body: bodyOf(request), redirect: 'manual' })
  const text = await response.text()
  const [, code] = /"status":"refused","code":"(\w+)"/.exec(text) ?? []
  return { status: response.status, text, outcome: code ?? (/"status":"done"/.test(text) ? 'done' : null) }
}

function bodyOf({ form, command }: ActionRequest): FormData | string {
  if (form === undefined) return JSON.stringify([command ?? {}])
  const body = new FormData()
  for (const [name, value] of Object.entries(form)) body.append(`_1_${name}`, value)
  body.append('0', JSON.stringify([{ status: 'idle' }, '$K1']))
  return body
}
