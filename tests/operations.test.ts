/** What people run Rollcall with names only what there is, and leaves nothing out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ENDPOINTS } from '#lib/contract.ts'
import { listVariables } from '#lib/env.ts'
import { Settings } from '#lib/task/settings.ts'
import { ROOT } from './support/sources.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, match = '']) => match)
/** As Markdown names the places of headings. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')
const anchorsIn = (path: string) => matches(read(path), /^#+ (.+)$/gm).map(anchorOf)

describe('the documents', () => {
  test('have a paragraph for each alert, to which the alert leads', () => {
    const rules = read('ops/prometheus/alerts.yml')
    const alerts = matches(rules, /- alert: (\w+)/g)
    expect(alerts.length).toBeGreaterThan(5)
    const places = matches(rules, /runbook_url: docs\/operations\.md#(\S+)/g)
    expect(places).toEqual(alerts.map(anchorOf))
    expect(places.filter((place) => !anchorsIn('docs/operations.md').includes(place))).toEqual([])
  })

  test('name every variable and every setting of the server', () => {
    const text = read('docs/configuration.md')
    const names = [...listVariables({}).map(({ name }) => name), ...Object.keys(Settings.shape)]
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })

  test('lead to files and headings that there are', () => {
    const broken = readdirSync(join(ROOT, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .flatMap((name) =>
        matches(read(`docs/${name}`), /\]\((?!https?:)([^)\s]+)\)/g)
          .filter((target) => !leads(name, target))
          .map((target) => `${name}: ${target}`),
      )
    expect(broken).toEqual([])
  })
})

function leads(from: string, target: string): boolean {
  const [file = '', place] = target.split('#')
  const path = join('docs', file === '' ? from : file)
  return existsSync(join(ROOT, path)) && (place === undefined || anchorsIn(path).includes(place))
}

describe('what it runs in', () => {
  test('is given what the server needs, by the container file', () => {
    const file = read('Dockerfile')
    const copied = matches(file, /^COPY --from=build (.+)$/gm).flatMap((line) => line.split(' ').slice(0, -1))
    const built = ['node_modules', '.next', 'dist']
    const paths = copied.map((path) => path.replace('/app/', '')).filter((path) => !built.includes(path))
    expect(paths).toEqual(
      expect.arrayContaining(['server.js', 'package.json', 'next.config.js', 'lib', 'prisma', 'public']),
    )
    expect(paths.filter((path) => path !== 'public' && !existsSync(join(ROOT, path)))).toEqual([])
    expect(file).toMatch(/^USER node$/m)
  })

  test('asks for paths that there are, and waits longer for a stop than the server takes', () => {
    const [manifest, unit, server] = ['ops/kubernetes/rollcall.yaml', 'ops/systemd/rollcall.service', 'server.js'].map(
      read,
    )
    const probed = matches(`${manifest}\n${read('Dockerfile')}`, /(?:path: |\})(\/(?:healthz|readyz))/g)
    const open = Object.values(ENDPOINTS).filter(({ access }) => access === 'public')
    expect(probed.length).toBe(4)
    expect(probed.filter((path) => !open.some((endpoint) => endpoint.path === path))).toEqual([])
    const stopS = Number(matches(server ?? '', /\[CUT_OFF_MS, STOP_LIMIT_MS\] = \[\d+, (\d+)\]/g)[0]) / 1000
    const [graceS, preStopS] = [/terminationGracePeriodSeconds: (\d+)/g, /sleep, '(\d+)'/g].map((pattern) =>
      Number(matches(manifest ?? '', pattern)[0]),
    )
    expect(stopS).toBeLessThan(Number(matches(unit ?? '', /TimeoutStopSec=(\d+)/g)[0]))
    expect(stopS + (preStopS ?? Number.NaN)).toBeLessThan(graceS ?? 0)
  })
})
