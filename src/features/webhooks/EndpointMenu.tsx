import { KeyRound, Power, PowerOff, Trash2 } from 'lucide-react'
import type { LazyMenuProps } from '../../ui/LazyMenu.tsx'
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'

type EndpointMenuProps = { isEnabled: boolean; onRotate: () => void; onSwitch: () => void; onDelete: () => void }

/** What else can be done with an endpoint. */
export default function EndpointMenu({ isEnabled, onRotate, onSwitch, onDelete, ...menu }: LazyMenuProps & EndpointMenuProps) {
  const words = useWebhookWords()
  const Switch = isEnabled ? PowerOff : Power
  return (
    <Menu {...menu}>
      <MenuItem onSelect={onRotate}>
        <KeyRound aria-hidden className="size-4 text-muted" />
        {words.rotate.open}
      </MenuItem>
      <MenuItem onSelect={onSwitch}>
        <Switch aria-hidden className="size-4 text-muted" />
        {isEnabled ? words.switchOff : words.switchOn}
      </MenuItem>
      <MenuLine />
      <MenuItem danger onSelect={onDelete}>
        <Trash2 aria-hidden className="size-4" />
        {words.delete}
      </MenuItem>
    </Menu>
  )
}
