import { Button } from '../../ui/button.tsx'
import { useWords } from '../../words/words.ts'
import type { FollowedOrder } from './useOrder.ts'

/** Leaves a checklist; the order goes on. */
export function CloseAction({ order, onClose }: { order: FollowedOrder; onClose: () => void }) {
  const words = useWords()
  const isSettled = order.kind === 'order' && 'receipt' in order.progress
  return (
    <Button look={isSettled ? 'primary' : 'secondary'} onClick={onClose}>
      {isSettled ? words.common.done : words.common.close}
    </Button>
  )
}
