import { Circle, CircleCheck, CircleDashed, Clock, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from '../../ui/cx.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import { ReceiptDetails } from './ReceiptDetails.tsx'
import { type Progress, type StepState, STEPS, stepState } from './steps.ts'
import { UnlinkOnPhone } from './UnlinkOnPhone.tsx'
import type { FollowedOrder } from './useOrder.ts'
import { useStepResults } from './useStepResults.ts'

/** How far a removal is, step by step, until its receipt says what was removed. `detailed`: the receipt stands open. */
export function OrderProgress({ order, isUnread, detailed = false }: { order: FollowedOrder; isUnread: boolean; detailed?: boolean }) {
  const text = useWords().removal
  if (order.kind === 'none')
    return (
      <div aria-live="polite" className="mt-5 rounded-xl bg-raised p-4">
        <Headline icon={<TriangleAlert className="size-5 text-warn" />} title={text.noOrder} hint={text.noOrderHint} />
      </div>
    )
  const progress: Progress = order.kind === 'order' ? order.progress : { kind: 'waiting' }
  const receipt = 'receipt' in progress ? progress.receipt : null
  return (
    <>
      <div aria-live="polite" className="mt-5 min-h-[5.5rem] shrink-0 rounded-xl bg-raised p-4">
        {order.kind === 'looking' ? (
          <Headline icon={<Spinner className="size-5 text-muted" />} title={text.looking} hint={isUnread ? text.notRead : ''} />
        ) : (
          <ProgressHeadline order={order} isUnread={isUnread} />
        )}
      </div>
      <Steps progress={progress} isKnown={order.kind === 'order'} />
      {progress.kind === 'gone_here' && <UnlinkOnPhone />}
      {order.kind === 'order' && receipt && <ReceiptDetails record={order.record} receipt={receipt} isOpen={detailed} />}
    </>
  )
}

function ProgressHeadline({ order, isUnread }: { order: Extract<FollowedOrder, { kind: 'order' }>; isUnread: boolean }) {
  const text = useWords().removal
  const said = text.progress
  const { progress, record, isSlow } = order
  const { icon, hint } = {
    waiting: { icon: <Clock className="size-5 text-warn" />, hint: said.waitingHint },
    under_way: { icon: <Spinner className="size-5 text-muted" />, hint: isSlow ? said.pendingHint : said.underWayHint },
    retrying: { icon: <Spinner className="size-5 text-warn" />, hint: text.trying(record.attempts) },
    gone: {
      icon: <CircleCheck className="size-5 text-good" />,
      hint: 'receipt' in progress && progress.receipt.remoteUnlink === 'not_linked' ? said.goneNeverLinkedHint : said.goneHint,
    },
    gone_here: { icon: <TriangleAlert className="size-5 text-warn" />, hint: said.goneHereHint },
  }[progress.kind]
  return (
    <Headline icon={icon} title={said[progress.kind]} hint={isUnread ? text.notRead : hint}>
      {progress.kind === 'retrying' && record.last_error && (
        <p className="mt-1 text-note break-words text-muted">{said.lastError(record.last_error)}</p>
      )}
    </Headline>
  )
}

function Steps({ progress, isKnown }: { progress: Progress; isKnown: boolean }) {
  const text = useWords().removal
  const results = useStepResults()
  const found = 'receipt' in progress ? results(progress.receipt) : null
  return (
    <ol aria-label={text.stepsTitle} className="mt-4 divide-y divide-line text-sm">
      {STEPS.map((step) => {
        const state = stepState(step, progress)
        return (
          <li key={step} data-step={step} data-state={state} className="flex min-h-9 items-center gap-2.5 py-1.5">
            <StepIcon state={state} />
            <span className={cx('flex-1', !found && 'text-muted')}>{text.steps[step]}</span>
            {!isKnown && <Skeleton className="h-3 w-14" />}
            {isKnown && (
              <span className={cx('shrink-0 text-note tabular-nums', state === 'unconfirmed' ? 'font-medium text-warn' : 'text-muted')}>
                {found ? found[step] : text.stepStates[state]}
              </span>
            )}
          </li>
        )
      })}
    </ol>
  )
}

function StepIcon({ state }: { state: StepState }) {
  const look = 'size-4 shrink-0'
  if (state === 'done') return <CircleCheck aria-hidden className={cx(look, 'animate-appear text-good')} />
  if (state === 'unconfirmed') return <TriangleAlert aria-hidden className={cx(look, 'animate-appear text-warn')} />
  if (state === 'under_way') return <CircleDashed aria-hidden className={cx(look, 'animate-pulse text-muted')} />
  return <Circle aria-hidden className={cx(look, 'text-muted')} />
}

function Headline({ icon, title, hint, children }: { icon: ReactNode; title: string; hint: string; children?: ReactNode }) {
  return (
    <div className="flex items-start gap-3 text-sm">
      <span aria-hidden className="shrink-0">
        {icon}
      </span>
      <div className="min-w-0">
        <p className="font-medium">{title}</p>
        <p className="mt-0.5 text-muted">{hint}</p>
        {children}
      </div>
    </div>
  )
}
