import { Notice } from '../../ui/notice.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'
import { useAnswer } from './useAnswer.ts'
import { useMoments } from './useMoments.ts'
import type { TestOutcome } from './useTest.ts'

/** What came of a test. */
export function TestNotice({ outcome, onDismiss }: { outcome: TestOutcome; onDismiss: () => void }) {
  const { common } = useWords()
  const text = useWebhookWords().test
  const answer = useAnswer()
  const { until } = useMoments()
  const dismiss = { label: common.dismiss, onDismiss }
  if (outcome.step === 'idle') return null
  if (outcome.step === 'sending')
    return (
      <Notice tone="quiet" title={text.sending}>
        {text.sendingHint}
      </Notice>
    )
  if (outcome.step === 'slow')
    return (
      <Notice tone="warn" title={text.slow} dismiss={dismiss}>
        {text.slowHint}
      </Notice>
    )
  const { delivery, step } = outcome
  return (
    <Notice tone={step === 'delivered' ? 'quiet' : 'bad'} title={text[step]} dismiss={dismiss}>
      {sentence(answer(delivery))} {step === 'failed' && delivery.state === 'waiting' && text.again(until(delivery.next_attempt_at))}
    </Notice>
  )
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
