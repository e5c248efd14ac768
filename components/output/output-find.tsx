'use client'

import { type KeyboardEvent, useId } from 'react'
import { formatCount } from '#components/look/format.ts'
import { Button } from '#components/ui/button.tsx'

interface OutputFindProps {
  words: string
  onWords: (words: string) => void
  /** The lines in which the words stand. */
  places: readonly number[]
  /** The one that is shown. */
  place: number | null
  onPlace: (place: number | null) => void
}

/** Searches the whole output that was read, not only what is on the screen. Enter goes on, Shift and Enter back. */
export function OutputFind({ words, onWords, places, place, onPlace }: OutputFindProps) {
  const id = useId()
  const step = (by: 1 | -1) => onPlace(next(places, place, by))
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter') step(event.shiftKey ? -1 : 1)
    else if (event.key === 'Escape' && words !== '') {
      onWords('')
      onPlace(null)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <search className="flex items-center gap-1.5">
      <label htmlFor={id} className="sr-only">
        Find in the output
      </label>
      <input
        id={id}
        value={words}
        onChange={(event) => {
          onWords(event.target.value)
          onPlace(null)
        }}
        onKeyDown={press}
        placeholder="Find"
        className="h-7 w-36 rounded-6 border border-control bg-raised px-2 max-md:h-11"
      />
      {words !== '' && (
        <>
          <output className="text-ink-2">{countOf(places, place)}</output>
          <Button size="small" kind="quiet" disabled={places.length === 0} onClick={() => step(-1)}>
            Back
          </Button>
          <Button size="small" kind="quiet" disabled={places.length === 0} onClick={() => step(1)}>
            Next
          </Button>
        </>
      )}
    </search>
  )
}

function countOf(places: readonly number[], place: number | null): string {
  if (places.length === 0) return 'Not found'
  const at = place === null ? -1 : places.indexOf(place)
  return at === -1 ? `${formatCount(places.length)} lines` : `${formatCount(at + 1)} of ${formatCount(places.length)}`
}

/** From the end where none is chosen, since the end is what is read; round and round. */
function next(places: readonly number[], place: number | null, by: 1 | -1): number | null {
  const at = place === null ? -1 : places.indexOf(place)
  if (at === -1) return places.at(by === 1 ? 0 : -1) ?? null
  return places[(at + by + places.length) % places.length] ?? null
}
