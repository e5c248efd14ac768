import { RowsSkeleton } from '#components/skeleton.tsx'

export default function TaskLoading() {
  return (
    <>
      <div className="h-[120px] border-line border-b" />
      <div className="h-[72px] border-line border-b" />
      <div className="h-[74px] border-line border-b" />
      <RowsSkeleton rows={12} />
    </>
  )
}
