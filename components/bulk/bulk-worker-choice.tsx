'use client'

import { useEffect, useState } from 'react'
import { type Candidate, WorkerChoice } from '#components/acts/worker-choice.tsx'
import { readRecord } from '#components/ui/read-record.ts'

const WORKERS = '200'

/** Whom many tasks go to. The dry run says which of them the chosen one cannot take. */
export function BulkWorkerChoice({ onChange }: { onChange: (workerId: string | null) => void }) {
  const [workers, setWorkers] = useState<readonly Candidate[]>([])
  useEffect(() => {
    const gone = new AbortController()
    readRecord<{ workers: Candidate[] }>('workers', { limit: WORKERS }, gone.signal).then(
      (answer) => setWorkers(answer.workers),
      // Any worker is a choice without the list, too.
      () => setWorkers([]),
    )
    return () => gone.abort()
  }, [])
  return <WorkerChoice requires={[]} workers={workers} onChange={onChange} />
}
