import { RowsSkeleton } from '#components/skeleton.tsx'

export default function LedgerLoading() {
  return <RowsSkeleton rows={16} heading />
}
