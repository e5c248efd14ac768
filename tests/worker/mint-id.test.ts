import { validate, version } from 'uuid'
import { expect, test } from 'vitest'
import { mintId } from '#lib/worker/mint-id.ts'

const NOW = Date.UTC(2030, 0, 1)
/** The first 48 bits. */
const timeOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)

test('an id is a UUID of version 7, of this very millisecond', () => {
  const id = mintId(NOW)
  expect(validate(id)).toBe(true)
  expect(version(id)).toBe(7)
  expect(timeOf(id)).toBe(NOW)
})

test('ids ascend, more than a millisecond can hold and when the clock goes back', () => {
  const ids = Array.from({ length: 20_000 }, () => mintId(NOW))
  ids.push(mintId(NOW - 3_600_000), mintId(NOW + 3_600_000))
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true)
})

test('no two processes mint the same', () => {
  const chances = new Set(Array.from({ length: 1000 }, () => mintId(NOW).slice(-17)))
  expect(chances.size).toBe(1000)
})
