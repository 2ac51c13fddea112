import { useDates } from '../../lib/dates.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { orderLabel } from '../../lib/removal-order.ts'
import { useRequester } from '../../lib/useRequester.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { useWords } from '../../words/words.ts'
import { CloseAction } from './CloseAction.tsx'
import { OrderProgress } from './OrderProgress.tsx'
import { useOrder } from './useOrder.ts'

type OrderDialogProps = {
  orderId: string
  /** The receipt stands open. */
  detailed?: boolean
  onClose: () => void
}

/** The checklist of any order, read from the database: after a reload, from the strip, from the activity. */
export function OrderDialog({ orderId, detailed = false, onClose }: OrderDialogProps) {
  const text = useWords().removal
  const dates = useDates()
  const phone = usePhoneLabel()
  const who = useRequester()
  const { order, isUnread } = useOrder(orderId)
  const record = order.kind === 'order' ? order.record : null
  return (
    <Dialog
      className="sm:max-w-md"
      title={record ? text.titles[record.reason](orderLabel(record, phone)) : text.receipt.order}
      description={record ? text.orderedBy(dates.dateTime(record.requested_at), who(record)) : text.following}
      onEscape={onClose}
    >
      <OrderProgress key={record ? 'known' : 'unknown'} order={order} isUnread={isUnread} detailed={detailed} />
      <div className="mt-6 flex flex-col sm:flex-row sm:justify-end">
        <CloseAction order={order} onClose={onClose} />
      </div>
    </Dialog>
  )
}
