import { useEffect, useState } from 'react'

/** As the rows' classes say it, in rem: below 40 rem of width a row has three lines. */
const HEIGHTS = { narrow: 6.75, wide: 4.25 }

/** How high one row is drawn, pixels. It follows the width of the window and the size of the text. */
export function useRowHeight(): number {
  const [height, setHeight] = useState(rowHeight)
  useEffect(() => {
    const measure = () => setHeight(rowHeight())
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  return height
}

function rowHeight(): number {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
  return rem * (matchMedia('(width >= 40rem)').matches ? HEIGHTS.wide : HEIGHTS.narrow)
}
