'use client'

import { useState } from 'react'
import { formatClock } from '#components/look/format.ts'
import { Field, Select } from '#components/ui/field.tsx'
import type { LateReport } from '#lib/task/schema.ts'
import { isAdoptable } from './task-acts.ts'

/** Which of the kept reports is adopted. Two attempts may have used one id, so the attempt goes with it. */
export function ReportChoice({ reports }: { reports: readonly LateReport[] }) {
  const kept = reports.filter(isAdoptable)
  const [place, setPlace] = useState(0)
  const chosen = kept[place]
  return (
    <Field label="Report" id="act-report">
      <Select id="act-report" value={place} onChange={(event) => setPlace(Number(event.target.value))}>
        {kept.map((report, index) => (
          <option key={`${report.attempt}/${report.id}`} value={index}>
            {`Attempt ${report.attempt}: ${report.outcome}, by ${report.workerName} at ${formatClock(report.receivedAt)} UTC`}
          </option>
        ))}
      </Select>
      {chosen && <input type="hidden" name="reportId" value={chosen.id} />}
      {chosen && <input type="hidden" name="attempt" value={chosen.attempt} />}
    </Field>
  )
}
