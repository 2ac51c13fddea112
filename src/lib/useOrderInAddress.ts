import { useCallback } from 'react'
import { useSearchParams } from 'wouter'
import * as z from 'zod/mini'

const ORDER = 'order'

/**
 * The order whose checklist is open, as the address says it: so it survives a reload, can be sent to somebody, and the browser's Back
 * closes it. What is no id is no order.
 */
export function useOrderInAddress() {
  const [params, setParams] = useSearchParams()
  const openOrder = useCallback((orderId: string) => setParams((now) => withOrder(now, orderId)), [setParams])
  const closeOrder = useCallback(() => setParams((now) => withOrder(now, null), { replace: true }), [setParams])
  return { orderId: z.safeParse(z.uuid(), params.get(ORDER)).data ?? null, openOrder, closeOrder }
}

function withOrder(params: URLSearchParams, orderId: string | null): URLSearchParams {
  const next = new URLSearchParams(params)
  if (orderId) next.set(ORDER, orderId)
  else next.delete(ORDER)
  return next
}
