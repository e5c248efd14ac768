'use client'

import { useRouter } from 'next/navigation'
import { useState, useTransition } from 'react'

export type CallResult<Value> =
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'refused'; readonly detail: string; readonly advice: string }
export type Call<Value> = (command: unknown) => Promise<CallResult<Value>>

/** Calls an action that answers something, and keeps the newest answer. The page's records are read anew after it. */
export function useCall<Value>(action: Call<Value>) {
  const [result, setResult] = useState<CallResult<Value> | null>(null)
  const [pending, start] = useTransition()
  const router = useRouter()
  const call = (command: unknown) =>
    start(async () => {
      setResult(await action(command))
      router.refresh()
    })
  return { call, pending, result }
}

export function refusalOf(result: CallResult<unknown> | null): string | null {
  return result?.status === 'refused' ? `Refused: ${result.detail}` : null
}
