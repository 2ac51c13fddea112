import { Play, RotateCcw, Square } from 'lucide-react'
import type { LazyMenuProps } from '../../ui/LazyMenu.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'
import { useWords } from '../../words/words.ts'
import type { RowActions } from './row-actions.ts'

type RowMenuProps = LazyMenuProps & { items: RowActions['menu']; onStart: () => void; onStop: () => void; onReset: () => void }

/** What else can be done with a device. */
export default function RowMenu({ items, onStart, onStop, onReset, ...menu }: RowMenuProps) {
  const words = useWords()
  return (
    <Menu {...menu}>
      {items.includes('start') && (
        <MenuItem onSelect={onStart}>
          <Play aria-hidden className="size-4 text-muted" />
          {words.list.start}
        </MenuItem>
      )}
      {items.includes('stop') && (
        <MenuItem onSelect={onStop}>
          <Square aria-hidden className="size-4 text-muted" />
          {words.list.stop}
        </MenuItem>
      )}
      {items.includes('reset') && (
        <Tooltip text={words.removal.resetTooltip}>
          <MenuItem danger onSelect={onReset}>
            <RotateCcw aria-hidden className="size-4" />
            {words.list.reset}
          </MenuItem>
        </Tooltip>
      )}
    </Menu>
  )
}
