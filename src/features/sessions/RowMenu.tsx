import { ArrowUpRight, Pencil, Play, RotateCcw, Square, Trash2 } from 'lucide-react'
import { Link } from 'wouter'
import { deviceAddress } from '../../lib/addresses.ts'
import type { LazyMenuProps } from '../../ui/LazyMenu.tsx'
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'
import { useWords } from '../../words/words.ts'
import type { RowActions } from './row-actions.ts'

type RowMenuProps = LazyMenuProps & {
  sessionId: string
  items: RowActions['menu']
  onRename: () => void
  onStart: () => void
  onStop: () => void
  onReset: () => void
  onDelete: () => void
}

/** What else can be done with a device. */
export default function RowMenu({ sessionId, items, onRename, onStart, onStop, onReset, onDelete, ...menu }: RowMenuProps) {
  const words = useWords()
  return (
    <Menu {...menu}>
      <MenuItem asChild>
        <Link href={deviceAddress(sessionId)}>
          <ArrowUpRight aria-hidden className="size-4 text-muted" />
          {words.list.open}
        </Link>
      </MenuItem>
      <MenuItem onSelect={onRename}>
        <Pencil aria-hidden className="size-4 text-muted" />
        {words.list.rename}
      </MenuItem>
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
      {(items.includes('reset') || items.includes('delete')) && <MenuLine />}
      {items.includes('reset') && (
        <Tooltip text={words.removal.resetTooltip}>
          <MenuItem danger onSelect={onReset}>
            <RotateCcw aria-hidden className="size-4" />
            {words.list.reset}
          </MenuItem>
        </Tooltip>
      )}
      {items.includes('delete') && (
        <MenuItem danger onSelect={onDelete}>
          <Trash2 aria-hidden className="size-4" />
          {words.list.delete}
        </MenuItem>
      )}
    </Menu>
  )
}
