import { useMemo } from 'react'
import { useLanguage } from '../words/language.ts'

const STEP = 1024
const UNITS = ['B', 'KB', 'MB', 'GB'] as const

/** How sizes are written in the language of the page: bytes in, as in "41 KB" or "1.5 MB" out. */
export function useFileSize(): (bytes: number) => string {
  const { code } = useLanguage()
  return useMemo(() => {
    const exact = new Intl.NumberFormat(code, { maximumFractionDigits: 1 })
    const round = new Intl.NumberFormat(code, { maximumFractionDigits: 0 })
    return (bytes) => {
      const power = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(STEP)), UNITS.length - 1)
      const size = bytes / STEP ** power
      return `${(size < 10 && power > 0 ? exact : round).format(size)} ${UNITS[power]}`
    }
  }, [code])
}
