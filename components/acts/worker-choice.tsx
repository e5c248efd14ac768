'use client'

import { useState } from 'react'
import { Select } from '#components/ui/field.tsx'
import type { Worker } from '#lib/task/schema.ts'

/** A worker as far as a reassignment needs to know it. */
export type Candidate = Pick<Worker, 'id' | 'name' | 'skills' | 'slots' | 'held' | 'state'>

const RADIO = 'flex items-center gap-2 aria-disabled:text-ink-3'

interface WorkerChoiceProps {
  /** The skills that it takes; of many tasks each has its own. */
  requires: readonly string[]
  workers: readonly Candidate[]
  /** Told of each choice; null is any. */
  onChange?: (workerId: string | null) => void
}

/** Any worker with the skill, or one that is named. What cannot be chosen stays listed and says why. */
export function WorkerChoice({ requires, workers, onChange }: WorkerChoiceProps) {
  const [one, setOne] = useState(false)
  const skills = requires.length === 0 ? '' : ` with skill ${requires.join(', ')}`
  const chooseAny = () => {
    setOne(false)
    onChange?.(null)
  }
  const living = workers.filter(({ state }) => state === 'alive')
  const none = living.length === 0
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-12 text-ink-2">To</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        <label className={RADIO}>
          <input type="radio" checked={!one} onChange={chooseAny} className="size-4 accent-ink" />
          Any worker{skills}
        </label>
        <label className={RADIO} aria-disabled={none}>
          <input
            type="radio"
            checked={one}
            disabled={none}
            onChange={() => setOne(true)}
            className="size-4 accent-ink"
          />
          {none ? 'One worker: none is alive' : 'One worker…'}
        </label>
      </div>
      {one && (
        <Select
          name="workerId"
          aria-label="Worker"
          required
          defaultValue=""
          onChange={(event) => onChange?.(event.target.value)}
        >
          <option value="" disabled>
            Choose a worker
          </option>
          {living.map((worker) => {
            const lacks = requires.filter((skill) => !worker.skills.includes(skill))
            const note =
              lacks.length > 0 ? `lacks ${lacks.join(', ')}` : `${worker.held} of ${worker.slots} slots in use`
            return (
              <option key={worker.id} value={worker.id} disabled={lacks.length > 0}>
                {worker.name} ({note})
              </option>
            )
          })}
        </Select>
      )}
    </fieldset>
  )
}
