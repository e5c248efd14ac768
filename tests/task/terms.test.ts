import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  comparisonOf,
  EXCLUDABLE,
  exclusionsOf,
  type Term,
  termsOf,
  writeExclusions,
  writeTerm,
} from '#lib/task/terms.ts'

const name = fc.stringMatching(/^[A-Za-z_]{1,8}$/)
const value = fc.string({ maxLength: 30, unit: 'grapheme' }).filter((text) => !text.startsWith('//'))

describe('a term', () => {
  it.each<[string, Term[]]>([
    ['status:running', [{ name: 'status', value: 'running', not: false }]],
    ['-repo:acme/api', [{ name: 'repo', value: 'acme/api', not: true }]],
    ['agent:"my agent"', [{ name: 'agent', value: 'my agent', not: false }]],
    ['"fix login" -now', [word('fix login'), word('-now')]],
    ['see https://acme.example/a', [word('see'), word('https://acme.example/a')]],
    ['error:"said \\"no\\""', [{ name: 'error', value: 'said "no"', not: false }]],
    ['error:"C:\\temp"', [{ name: 'error', value: 'C:\\temp', not: false }]],
    ['repo:', [word('repo:')]],
    ['', []],
  ])('is read from %j', (text, terms) => expect(termsOf(text)).toEqual(terms))

  it('is read as what was written, whatever its value', () => {
    const term = fc.record({ name, value, not: fc.boolean() })
    fc.assert(
      fc.property(fc.array(term, { maxLength: 5 }), (terms) => {
        expect(termsOf(terms.map(writeTerm).join(' '))).toEqual(terms)
      }),
    )
  })

  it('loses no word that somebody typed', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z0-9.,/#-]{1,12}$/), { maxLength: 6 }), (words) => {
        expect(termsOf(words.join(' ')).map((term) => term.value)).toEqual(words)
      }),
    )
  })
})

describe('what is left out', () => {
  it('is read as what was written, each pair once', () => {
    const pair = fc.record({ name: fc.constantFrom(...EXCLUDABLE), value: value.filter((text) => text !== '') })
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 5 }), (pairs) => {
        const read = exclusionsOf(writeExclusions([...pairs, ...pairs]))
        expect(new Set(read?.map(writePair))).toEqual(new Set(pairs.map(writePair)))
        expect(read?.length).toBe(new Set(pairs.map(writePair)).size)
      }),
    )
  })

  it.each(['words', 'since:24h', '-repo:acme/api', 'repo:""', 'stauts:running'])('is never %j', (text) => {
    expect(exclusionsOf(text)).toBeNull()
  })
})

describe('a comparison', () => {
  it.each([
    ['>5', { operator: '>', figure: 5 }],
    ['<=0.5', { operator: '<=', figure: 0.5 }],
    ['3', { operator: '=', figure: 3 }],
  ])('is read from %j', (text, comparison) => expect(comparisonOf(text)).toEqual(comparison))

  it.each(['', '>', '-1', '5$', '=5', '1e3', '>>1', '1.', 'x'])('is never %j', (text) => {
    expect(comparisonOf(text)).toBeNull()
  })
})

function word(text: string): Term {
  return { name: null, value: text, not: false }
}

const writePair = (pair: { name: string; value: string }) => `${pair.name}:${pair.value}`
