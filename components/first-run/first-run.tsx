'use client'

import type { ReactNode } from 'react'
import { HealthStrip } from '#components/health/health-strip.tsx'
import { CommandChoice } from '#components/ui/command-choice.tsx'
import { CommandLine } from '#components/ui/command-line.tsx'
import type { Health } from '#lib/task/schema.ts'
import { FirstRunChart } from './first-run-chart.tsx'
import { FirstRunPreview } from './first-run-preview.tsx'

const WAYS = [
  { label: 'Any command', command: 'npx rollcall run --title "My first task" -- sleep 600' },
  {
    label: 'HTTP',
    command: `curl -H "Authorization: Bearer $ROLLCALL_TOKEN" -H "Content-Type: application/json" -d '{"title":"My first task"}' $ROLLCALL_URL/api/v1/tasks`,
  },
] as const

/** The empty state of a ledger that has never had a task: put one on record, kill it, see that it is noticed. */
export default function FirstRun({ database }: { database: Health['database'] }) {
  return (
    <>
      <HealthStrip database={database} />
      <div className="mx-auto grid w-full max-w-[1240px] grid-cols-[minmax(0,640px)_minmax(0,425px)] justify-between gap-x-12 gap-y-10 px-6 py-20 max-lg:grid-cols-1 max-md:px-4 max-md:py-8">
        <div className="col-span-full">
          <h1 className="font-semibold text-28">No task on record yet</h1>
          <p className="mt-2 text-15 text-ink-2">
            Put one command on record, kill it, and see that its death is noticed. It takes a minute.
          </p>
        </div>
        <Steps />
        <section aria-labelledby="preview">
          <h2 id="preview" className="mb-3 font-semibold text-15">
            What you will see
          </h2>
          <FirstRunPreview />
          <FirstRunChart />
        </section>
      </div>
    </>
  )
}

function Steps() {
  return (
    <ol className="flex flex-col">
      <Step
        number={1}
        title="Put a command on record"
        hint="It is written down before it starts. Its output, end and exit code follow."
      >
        <CommandChoice ways={WAYS} />
        <p className="mt-2 text-12 text-ink-3">
          It asks for <code className="mono">ROLLCALL_TOKEN</code>, a token of Settings → Tokens, and for{' '}
          <code className="mono">ROLLCALL_URL</code> when the server is not on port 3000 of this machine.
        </p>
      </Step>
      <Step
        number={2}
        title="Kill it the hard way"
        hint="No goodbye, no last word. Its pid stands in the first line it printed."
      >
        <CommandLine
          command="kill -9 "
          shown={
            <>
              kill -9 <em className="text-ink-2">PID</em>
            </>
          }
        />
      </Step>
      <Step
        number={3}
        title="Reassign it here"
        hint="On this machine it reads Interrupted within 2 s. Reassign it and any worker goes on."
        last
      >
        <CommandLine command="npx rollcall work --skill shell --exec 'sleep 5'" />
      </Step>
    </ol>
  )
}

interface StepProps {
  number: number
  title: string
  hint: string
  last?: boolean
  children: ReactNode
}

function Step({ number, title, hint, last = false, children }: StepProps) {
  return (
    <li className="grid grid-cols-[24px_1fr] gap-x-4">
      <div aria-hidden="true" className="flex flex-col items-center">
        <span className="flex size-6 shrink-0 items-center justify-center rounded-full border border-control text-12 font-medium">
          {number}
        </span>
        {!last && <span className="w-px flex-1 bg-line-2" />}
      </div>
      <div className={`min-w-0 ${last ? '' : 'pb-8'}`}>
        <h2 className="font-semibold text-15">{title}</h2>
        <p className="mb-2 text-ink-2">{hint}</p>
        {children}
      </div>
    </li>
  )
}
