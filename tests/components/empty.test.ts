import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { Empty } from '#components/ui/empty.tsx'
import { EMPTY_WORDS, type EmptyWords } from '#components/ui/empty-words.ts'

const states = Object.entries(EMPTY_WORDS).flatMap(([list, kinds]) =>
  Object.entries<EmptyWords>(kinds).map(([kind, words]) => ({ list, kind, ...words })),
)

describe('an empty list', () => {
  it('tells each of the five reasons by a shape of its own', () => {
    const shapes = new Map<string, Set<string>>()
    for (const { list, kind, sentence } of states) {
      const html = renderToStaticMarkup(createElement(Empty as never, { of: list, kind } as never))
      expect(html).toContain(sentence.slice(0, 12))
      expect(html).toContain(`data-empty="${kind}"`)
      const [, shape = ''] = /<path d="([^"]+)"/.exec(html) ?? []
      const kinds = shapes.get(shape) ?? new Set()
      shapes.set(shape, kinds.add(kind))
    }
    expect([...shapes.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1])
  })

  it('speaks in whole sentences, without apology', () => {
    for (const { sentence, detail = '', command } of states) {
      expect(sentence).toMatch(/^[A-Z].*[.…]$/)
      expect(detail).toMatch(command ? /[.:]$/ : /^$|\.$/)
      expect(`${sentence} ${detail}`).not.toMatch(/!|sorry|oops|please|\bN\/A\b/i)
    }
  })
})
