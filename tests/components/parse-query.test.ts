import { describe, expect, it } from 'vitest'
import { excluding, including, statusesOf } from '#components/query/exclusions.ts'
import { parseQuery, readFilters } from '#components/query/parse-query.ts'
import { textOf } from '#components/query/query-words.ts'

function messageOf(text: string): string | null {
  const query = parseQuery(text)
  return query.ok ? null : query.message
}

describe('a query', () => {
  it('is read with names, figures, a window and words', () => {
    const text = 'status:Running worker:dev-1 repo:acme/api "login" cost:>5 attempts:>1 since:2h'
    expect(parseQuery(text)).toEqual({
      ok: true,
      filters: {
        status: 'running',
        worker: 'dev-1',
        repo: 'acme/api',
        q: 'login',
        cost: '>5',
        attempts: '>1',
        since: '2h',
      },
    })
  })

  it('leaves out what stands behind a minus, beside what was left out before', () => {
    const query = parseQuery('-repo:acme/web -agent:"my agent" -login', { not: 'status:success', q: 'fix' })
    expect(query).toEqual({
      ok: true,
      filters: { not: 'status:success repo:acme/web agent:"my agent"', q: 'fix -login' },
    })
  })

  it.each([
    ['stauts:running', 'Unknown filter “stauts”. Did you mean status?'],
    ['-stauts:running', 'Unknown filter “stauts”. Did you mean status?'],
    ['-status:runing', 'Unknown status “runing”. Did you mean running?'],
    ['cause:droped', 'Unknown cause “droped”. Did you mean dropped?'],
    ['cost:much', 'cost takes a figure such as 3, >1 or <=0.5, met “much”.'],
    ['-issue:x', 'issue takes a number, met “x”.'],
    ['-since:24h', '“-since:” is not known: what can be left out are'],
    ['at:24:00', 'at takes 24h, 7d, 14:02, a day or an instant with its offset, met “24:00”.'],
    ['since:yesterday', 'since takes 24h, 7d, 14:02, a day or an instant with its offset, met “yesterday”.'],
  ])('%s is refused with what would work', (text, message) => {
    expect(messageOf(text)).toContain(message)
  })

  it('of an address is judged as one that was typed', () => {
    expect(readFilters({ not: 'repo:a agent:b', view: 'x' })).toEqual({ ok: true, filters: { not: 'repo:a agent:b' } })
    expect(readFilters({ not: 'repo' }).ok).toBe(false)
    expect(readFilters({ not: 'status:runing' }).ok).toBe(false)
  })
})

describe('filters', () => {
  it('are written as the box reads them again', () => {
    const texts = ['status:running,failed repo:"a b" -agent:coder -repo:"x \\"y\\"" cost:>5 since:2h fix login', '']
    for (const text of texts) {
      const query = parseQuery(text)
      expect(query.ok && parseQuery(textOf(query.filters))).toEqual(query)
    }
  })
})

describe('what a query leaves out', () => {
  it('is added once and taken back alone', () => {
    const pair = { name: 'repo', value: 'acme api' } as const
    const filters = excluding(excluding({ status: 'running', not: 'agent:coder' }, pair), pair)
    expect(filters).toEqual({ status: 'running', not: 'agent:coder repo:"acme api"' })
    expect(including(filters, pair)).toEqual({ status: 'running', not: 'agent:coder' })
    expect(including({ not: 'repo:"acme api"' }, pair)).toEqual({})
  })

  it('counts for the statuses that a task may have', () => {
    expect(statusesOf({ repo: 'acme/api' })).toBeNull()
    expect(statusesOf({ status: 'running,failed', not: 'status:failed' })).toEqual(['running'])
    expect(statusesOf({ not: 'status:success,cancelled' })).not.toContain('success')
    expect(statusesOf({ not: 'status:success' })).toContain('running')
  })
})
