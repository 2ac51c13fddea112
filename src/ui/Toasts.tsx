import { lazy, Suspense, useEffect, useState } from 'react'
import { useTheme } from '../lib/theme.ts'
import { toastsShownBy } from '../lib/toast.ts'

const Toaster = lazy(() => import('./Toaster.tsx').then(({ Toaster }) => ({ default: Toaster })))

/** Where toasts stand, from the first one on. */
export function Toasts() {
  const theme = useTheme()
  const [stands, setStands] = useState<(() => void) | null>(null)
  useEffect(() => {
    const isStanding = toastsShownBy(() => setStands(() => isStanding))
  }, [])
  return <Suspense fallback={null}>{stands && <Toaster theme={theme} onStanding={stands} />}</Suspense>
}
