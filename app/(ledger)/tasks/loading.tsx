import { RowsSkeleton } from '#components/skeleton.tsx'

export default function TasksLoading() {
  return (
    <>
      <div className="mx-6 mt-3 h-8 rounded-6 border border-line max-md:mx-4 max-md:h-11" />
      <div className="h-[76px] border-line border-b max-md:h-11" />
      <RowsSkeleton rows={20} />
    </>
  )
}
