import { Unplug } from 'lucide-react'
import type { FailureCode } from '../../lib/failure.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Reference } from '../../ui/reference.tsx'
import { useWords } from '../../words/words.ts'
import { Blank } from './Blank.tsx'

type TabFailureProps = {
  code: FailureCode
  /** By which it is found in the logs. */
  reference?: string | null
  onRetry: () => void
  /** What is said where no phone is linked, which is no failure. */
  notLinked?: { title: string; hint: string }
}

/** In the place of what could not be asked for. */
export function TabFailure({ code, reference, onRetry, notLinked }: TabFailureProps) {
  const words = useWords()
  if (code === 'not_linked' && notLinked)
    return (
      <Blank icon={Unplug} title={notLinked.title}>
        {notLinked.hint}
      </Blank>
    )
  return (
    <Notice
      tone={code === 'worker_offline' ? 'warn' : 'bad'}
      title={words.session.tabFailed}
      action={
        <Button size="small" onClick={onRetry}>
          {words.common.tryAgain}
        </Button>
      }
    >
      {words.failures[code]}
      {reference && <Reference id={reference} words={words.common.reference} />}
    </Notice>
  )
}
