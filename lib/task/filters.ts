/** Filters of the list of tasks that are more than a value to be equal to. */
import { z } from 'zod'
import { LIMITS } from './limits.ts'
import { TASK_STATUSES } from './states.ts'
import { COMPARISON, END_CAUSES, EXCLUDABLE, type Exclusion, exclusionsOf, VALUES_OF } from './terms.ts'

const Comparison = z.string().regex(COMPARISON, { error: 'takes a figure such as 3, >1 or <=0.5' })

/** How many pairs may be left out at once. */
const EXCLUSIONS_MAX = 20

const Exclusions = z
  .string()
  .max(500)
  .refine((text) => (exclusionsOf(text)?.length ?? EXCLUSIONS_MAX + 1) <= EXCLUSIONS_MAX, {
    error: `takes at most ${EXCLUSIONS_MAX} pairs such as repo:acme/api, of ${EXCLUDABLE.join(', ')}`,
    abort: true,
  })
  .refine((text) => (exclusionsOf(text) ?? []).every(canBe), {
    error: 'names a status, an issue or a cause that there cannot be',
  })

export const moreFilters = {
  model: z.string().max(200).optional(),
  error: z.string().max(200).optional().describe('the class of its error, whole'),
  cause: z.enum(END_CAUSES).optional().describe('why the current attempt ended before its time'),
  cost: Comparison.optional().describe('in US dollars; an unknown cost matches nothing'),
  attempts: Comparison.optional().describe('how many there have been so far'),
  not: Exclusions.optional().describe('what is left out: pairs such as repo:acme/api status:success'),
}

function canBe({ name, value }: Exclusion): boolean {
  if (name === 'status') return value.split(',').every((each) => TASK_STATUSES.some((status) => status === each))
  if (name === 'cause') return END_CAUSES.some((cause) => cause === value)
  if (name === 'issue') return /^[1-9]\d{0,9}$/.test(value) && Number(value) <= LIMITS.integerMax
  return true
}

export const ListTaskValues = z.strictObject({
  of: z.enum(VALUES_OF),
  q: z.string().max(200).optional().describe('a part of it, in any case'),
  limit: z.coerce.number().int().min(1).max(100).optional(),
})
export type ListTaskValues = z.infer<typeof ListTaskValues>
