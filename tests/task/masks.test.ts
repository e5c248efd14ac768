import { describe, expect, it } from 'vitest'
import { MASKED, MaskRule, maskFor } from '#lib/task/masks.ts'

const rule = (given: object) => MaskRule.parse(given)

describe('a mask', () => {
  it('covers values under its keys at any depth, whatever their case, and nothing else', () => {
    const mask = maskFor([rule({ keys: ['email', 'customer*'] })], 'operator')
    const payload = { Email: 'a@b.c', order: [{ customerName: 'Ana', customer: { id: 7 }, item: 'pen' }], emails: 2 }
    expect(mask?.json(payload)).toEqual({
      Email: MASKED,
      order: [{ customerName: MASKED, customer: MASKED, item: 'pen' }],
      emails: 2,
    })
  })

  it('covers what its patterns match, in texts, in keys and in output', () => {
    const mask = maskFor([rule({ patterns: ['[\\w.]{1,64}@[\\w.]{1,100}', '\\b\\d{13,19}\\b'] })], 'viewer')
    expect(mask?.text('mail Ana.Ruiz@example.org, card 4111111111111111.')).toBe(`mail ${MASKED}, card ${MASKED}.`)
    expect(mask?.json({ 'a@b.c': ['4111111111111', 42, null, true] })).toEqual({ [MASKED]: [MASKED, 42, null, true] })
  })

  it('takes the stars and dots of a key as what they are', () => {
    const mask = maskFor([rule({ keys: ['a.b', '*token'] })], 'admin')
    expect(mask?.json({ 'a.b': 1, axb: 1, accessToken: 1, tokens: 1 })).toEqual({
      ...{ 'a.b': MASKED, axb: 1, accessToken: MASKED, tokens: 1 },
    })
  })

  it('is of the roles that it names, and never of a worker', () => {
    const rules = [rule({ roles: ['viewer'], keys: ['email'] })]
    expect(maskFor(rules, 'viewer')).not.toBeNull()
    expect(maskFor(rules, 'operator')).toBeNull()
    expect(maskFor([rule({ keys: ['email'] })], 'worker')).toBeNull()
    expect(maskFor([], 'viewer')).toBeNull()
  })

  it.each([
    ['a group', '(a)b'],
    ['an alternative', 'ab|cd'],
    ['a repetition without an end', '\\w+@x'],
    ['another one', 'a*b'],
    ['one in braces', 'a{2,}b'],
    ['repetitions that multiply', 'a{1,200}a{1,200}b'],
    ['a back reference', 'ab\\1'],
    ['what matches nothing at all', 'a{0,2}'],
    ['no pattern', '[a'],
  ])('refuses %s', (_, pattern) => {
    expect(MaskRule.safeParse({ patterns: [pattern] }).success).toBe(false)
  })

  it('takes stars and brackets that are meant as themselves', () => {
    for (const pattern of ['\\*\\*\\d{4}', '[(|*+]{1,3}x', 'key=\\S{1,80}']) {
      expect([pattern, MaskRule.safeParse({ patterns: [pattern] }).success]).toEqual([pattern, true])
    }
    expect(MaskRule.safeParse({}).success).toBe(false)
  })

  it('is quick over a text that was written to keep it busy', () => {
    const mask = maskFor([rule({ patterns: ['[\\w.]{1,64}@[\\w.]{1,100}z'] })], 'viewer')
    const startedMs = performance.now()
    mask?.text('a@'.repeat(128 * 1024) + 'a'.repeat(256 * 1024))
    expect(performance.now() - startedMs).toBeLessThan(5000)
  })
})
