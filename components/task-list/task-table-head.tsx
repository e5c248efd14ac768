import { SelectPage } from '#components/bulk/select-page.tsx'
import { Th } from '#components/ui/table.tsx'
import { FROM_WIDTH } from './columns.ts'

/** The columns of the list of tasks; a wide window shows them all. */
export function TaskTableHead() {
  return (
    <thead className="sticky top-11 z-10 bg-bg max-md:sr-only">
      <tr>
        <Th className="w-[170px]">
          <span className="flex items-center gap-3">
            <SelectPage />
            Status
          </span>
        </Th>
        <Th className="w-[128px]">Liveness</Th>
        <Th className={`w-[74px] ${FROM_WIDTH.id}`}>Id</Th>
        <Th className="w-[122px]">Repo and issue</Th>
        <Th>Title</Th>
        <Th className={`w-[66px] ${FROM_WIDTH.agent}`}>Agent</Th>
        <Th className={`w-[90px] ${FROM_WIDTH.model}`}>Model</Th>
        <Th className="w-[108px]">Worker</Th>
        <Th figure className="w-[56px]">
          Attempt
        </Th>
        <Th figure className={`w-[88px] ${FROM_WIDTH.started}`}>
          Started
        </Th>
        <Th figure className={`w-[76px] ${FROM_WIDTH.duration}`}>
          Duration
        </Th>
        <Th figure className={`w-[84px] ${FROM_WIDTH.progress}`}>
          Last progress
        </Th>
        <Th figure className={`w-[70px] ${FROM_WIDTH.cost}`}>
          Cost
        </Th>
        <Th className={`w-[100px] ${FROM_WIDTH.error}`}>Error</Th>
        <Th className="md:hidden">Next</Th>
      </tr>
    </thead>
  )
}
