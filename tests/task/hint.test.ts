import { describe, expect, it } from 'vitest'
import { duration, type HintFacts, hintLine, shortId } from '#lib/task/hint.ts'

const FACTS: HintFacts = {
  taskId: '01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419',
  title: 'Fix login',
  repo: 'acme/api',
  issueNumber: 1104,
  agent: 'coder',
  workerName: 'dev-1/4411',
  ranMs: 36 * 60_000 + 12_000,
  lastHeartbeatAgoMs: 41_000,
  sessionId: '7f3e5a10-0000-4000-8000-000000000000',
  outcome: 'interrupted',
  next: 'reassign in 10s (interruption 1 of 3)',
}

describe('the hint', () => {
  it('tells in one line who was at what, for how long, and what comes next', () => {
    expect(hintLine(FACTS)).toBe(
      '[recovery] task 01990a1e-77c4-7bd2-9c1e-5f0e2b7ac419 interrupted: acme/api#1104 "Fix login" agent=coder ' +
        'worker=dev-1/4411 ran=36m12s last heartbeat 41s ago · session 7f3e… invalidated · ' +
        'next: reassign in 10s (interruption 1 of 3)',
    )
  })

  it('leaves out what is not known', () => {
    const facts = { ...FACTS, repo: null, issueNumber: null, agent: null, sessionId: null, taskId: 't' }
    expect(hintLine(facts)).toBe(
      '[recovery] task t interrupted: "Fix login" agent=unknown worker=dev-1/4411 ran=36m12s ' +
        'last heartbeat 41s ago · next: reassign in 10s (interruption 1 of 3)',
    )
    expect(hintLine({ ...FACTS, issueNumber: null })).toContain('interrupted: acme/api "Fix login"')
  })

  it('says that a session can be resumed where it can', () => {
    expect(hintLine({ ...FACTS, sessionResumable: true })).toContain(' · session 7f3e… resumable · ')
  })
})

describe('a duration', () => {
  it.each([
    [-5, '0s'],
    [0, '0s'],
    [499, '0s'],
    [41_000, '41s'],
    [59_499, '59s'],
    [59_500, '1m'],
    [2_172_000, '36m12s'],
    [3_599_499, '59m59s'],
    [3_600_000, '1h'],
    [25_380_000, '7h3m'],
    [86_400_000, '1d'],
    [198_000_000, '2d7h'],
  ])('of %d ms reads %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })
})

it('shortens an id only where that makes it shorter', () => {
  expect(shortId('12345678')).toBe('12345678')
  expect(shortId('123456789')).toBe('1234…')
})
