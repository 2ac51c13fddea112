import { lazy, Suspense } from 'react'
import { Activity } from '../../features/activity/Activity.tsx'
import { useOrganization } from '../../features/organization/organization.ts'
import { mayChange } from '../../features/organization/organization-queries.ts'
import { ADDRESSES } from '../../lib/addresses.ts'
import { useFetchedWhenIdle } from '../../lib/useFetchedWhenIdle.ts'
import { useOrderInAddress } from '../../lib/useOrderInAddress.ts'
import { useTitle } from '../../lib/useTitle.ts'
import { DeadEnd } from '../../ui/dead-end.tsx'
import { useWords } from '../../words/words.ts'

const orderDialog = () => import('../../features/removal/OrderDialog.tsx')
const OrderDialog = lazy(() => orderDialog().then(({ OrderDialog }) => ({ default: OrderDialog })))

/** Who asked for what, and its receipt: for owners and admins. */
export default function ActivityPage() {
  const { current } = useOrganization()
  const { orderId, openOrder, closeOrder } = useOrderInAddress()
  useFetchedWhenIdle(orderDialog)
  useTitle(useWords().activity.title)
  if (!mayChange(current.role)) return <NoRights />
  return (
    <div className="space-y-4">
      <Activity organization={current} onOpen={openOrder} />
      <Suspense fallback={null}>{orderId && <OrderDialog detailed orderId={orderId} onClose={closeOrder} />}</Suspense>
    </div>
  )
}

function NoRights() {
  const text = useWords().activity
  return <DeadEnd title={text.noRights} hint={text.noRightsHint} href={ADDRESSES.devices} onward={text.backToDevices} />
}
