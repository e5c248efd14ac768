import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { complete, placeAt, type Suggestion, suggestionsAt } from '#components/query/completion.ts'
import { parseQuery } from '#components/query/parse-query.ts'

/** What is offered where `|` stands. */
function offered(marked: string, known: readonly string[] = []): Suggestion[] {
  const caret = marked.indexOf('|')
  const place = placeAt(marked.replace('|', ''), caret)
  return place === null ? [] : suggestionsAt(place, known)
}

const texts = (marked: string, known?: readonly string[]) => offered(marked, known).map(({ text }) => text)

/** The text after the first of what is offered was chosen, with `|` where the cursor is then. */
function chosen(marked: string, known: readonly string[] = []): string {
  const text = marked.replace('|', '')
  const place = placeAt(text, marked.indexOf('|'))
  const [first] = offered(marked, known)
  if (place === null || first === undefined) return marked
  const after = complete(text, place, first)
  return `${after.text.slice(0, after.caret)}|${after.text.slice(after.caret)}`
}

describe('the query box offers', () => {
  it('the filters, where nothing is typed', () => {
    expect(texts('|')).toContain('status:')
    expect(texts('status:running |')).toContain('worker:')
    expect(offered('|').every(({ note }) => note !== '')).toBe(true)
  })

  it('filters by the beginning of their names, and statuses by their words', () => {
    expect(texts('re|')[0]).toBe('repo:')
    expect(texts('runn|')).toEqual(['status:running'])
    expect(texts('RUNN|')).toEqual(['status:running'])
    expect(texts('skill|')).toEqual(['status:aborted_no_skill'])
  })

  it('only what can be left out behind a minus', () => {
    expect(texts('-|')).toContain('-repo:')
    expect(texts('-|')).not.toContain('-since:')
    expect(texts('-status:su|')).toEqual(['-status:success'])
  })

  it('values of a filter: those that are fixed, and those on record', () => {
    expect(texts('status:fa|')).toEqual(['status:failed'])
    expect(texts('cause:sus|')).toEqual(['cause:suspected'])
    expect(texts('repo:|', ['acme/api', 'acme/my web'])).toEqual(['repo:acme/api', 'repo:"acme/my web"'])
    expect(texts('repo:web|', ['acme/api', 'acme/my web'])).toEqual(['repo:"acme/my web"'])
    expect(texts('cost:|')).toContain('cost:>')
    expect(texts('since:|')).toContain('since:24h')
  })

  it('a further status behind a comma, and none twice', () => {
    expect(texts('status:running,fa|')).toEqual(['status:running,failed'])
    expect(texts('status:running,|')).not.toContain('status:running,running')
  })

  it('nothing inside quotes that stand alone, behind an unknown name, or for what is complete', () => {
    expect(offered('"fix lo|')).toEqual([])
    expect(offered('stauts:|')).toEqual([])
    expect(offered('status:running|')).toEqual([])
    expect(offered('zebra|')).toEqual([])
  })
})

describe('a choice', () => {
  it('takes the place of what is being typed, and of nothing else', () => {
    expect(chosen('sta|')).toBe('status:|')
    expect(chosen('agent:coder sta| login')).toBe('agent:coder status:| login')
    expect(chosen('status:ru| login')).toBe('status:running |login')
    expect(chosen('status:ru|nn')).toBe('status:running |')
    expect(chosen('repo:"acme/m|', ['acme/my web'])).toBe('repo:"acme/my web" |')
    expect(chosen('cost:|')).toBe('cost:>1 |')
  })

  it('of a value is a query that the box can run, whatever the value', () => {
    const value = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((text) => !/^\/\//.test(text))
    fc.assert(
      fc.property(value, fc.constantFrom('repo', 'agent', 'worker', 'label', 'error'), (known, name) => {
        const query = parseQuery(chosen(`fix ${name}:|`, [known]).replace(/\|$/, ''))
        expect(query).toEqual({ ok: true, filters: { [name]: known, q: 'fix' } })
      }),
    )
  })

  it('leaves what stands around it as it was, wherever the cursor is', () => {
    const part = fc.stringMatching(/^[a-z:"\- ,>]{0,12}$/)
    fc.assert(
      fc.property(part, part, (before, after) => {
        const text = before + after
        const place = placeAt(text, before.length)
        for (const each of place === null ? [] : suggestionsAt(place, ['x y', 'z'])) {
          const done = complete(text, place ?? expect.fail(), each)
          expect(done.text.startsWith(text.slice(0, place?.start))).toBe(true)
          expect(done.text.endsWith(text.slice(place?.end))).toBe(true)
          expect(done.caret).toBeLessThanOrEqual(done.text.length)
        }
      }),
    )
  })
})
