import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { intentOf, NOWHERE, type Shown } from '#components/query/completion-keys.ts'

const shown = (count: number, active = NOWHERE, begun = false): Shown => ({ count, active, begun })
const press = (key: string, list: Shown, shiftKey = false) => intentOf({ key, shiftKey }, list)

/** Where the arrows lead from an option, or from none. */
function moved(key: string, count: number, active = NOWHERE): number | undefined {
  const intent = press(key, shown(count, active))
  return intent?.kind === 'move' ? intent.index : undefined
}

describe('while the list of suggestions is closed', () => {
  it('an arrow opens it, and every other key is left to the box', () => {
    expect(press('ArrowDown', shown(0))).toEqual({ kind: 'open' })
    expect(press('ArrowUp', shown(0))).toEqual({ kind: 'open' })
    for (const key of ['Enter', 'Tab', 'Escape', 'Backspace', 'a']) expect(press(key, shown(0))).toBeNull()
    expect(press('Tab', shown(0, NOWHERE, true))).toBeNull()
  })
})

describe('while suggestions are shown', () => {
  it('the arrows go from one to the next and round, from below upwards too', () => {
    expect(moved('ArrowDown', 3)).toBe(0)
    expect(moved('ArrowDown', 3, 0)).toBe(1)
    expect(moved('ArrowDown', 3, 2)).toBe(0)
    expect(moved('ArrowUp', 3)).toBe(2)
    expect(moved('ArrowUp', 3, 2)).toBe(1)
    expect(moved('ArrowUp', 3, 0)).toBe(2)
  })

  it('the arrows never leave the list, wherever they begin', () => {
    const begins = fc.integer({ min: 1, max: 20 }).chain((count) => {
      return fc.tuple(fc.constant(count), fc.integer({ min: NOWHERE, max: count - 1 }))
    })
    fc.assert(
      fc.property(begins, fc.constantFrom('ArrowDown', 'ArrowUp'), ([count, active], key) => {
        const index = moved(key, count, active) ?? NOWHERE
        return index >= 0 && index < count
      }),
    )
  })

  it('Enter takes only an option that was moved to, and otherwise runs what was typed', () => {
    expect(press('Enter', shown(3, 1))).toEqual({ kind: 'choose', index: 1 })
    expect(press('Enter', shown(3))).toBeNull()
    expect(press('Enter', shown(3, NOWHERE, true))).toBeNull()
  })

  it('Tab takes the first, or the one moved to, and goes on from a box in which nothing is begun', () => {
    expect(press('Tab', shown(3, NOWHERE, true))).toEqual({ kind: 'choose', index: 0 })
    expect(press('Tab', shown(3, 2))).toEqual({ kind: 'choose', index: 2 })
    expect(press('Tab', shown(3))).toBeNull()
    expect(press('Tab', shown(3, 2, true), true)).toBeNull()
  })

  it('Esc closes the list, and what is typed stays with the box', () => {
    expect(press('Escape', shown(3, 1))).toEqual({ kind: 'close' })
    for (const key of ['a', 'Backspace', 'ArrowLeft', 'Home']) expect(press(key, shown(3, 1))).toBeNull()
  })
})
