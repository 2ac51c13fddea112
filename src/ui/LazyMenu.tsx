import {
  cloneElement,
  type ComponentType,
  type KeyboardEvent,
  type LazyExoticComponent,
  type ReactElement,
  Suspense,
  useState,
} from 'react'

/** What a menu gets that is fetched on demand: the button it hangs below, and that it is to stand open at once. */
export type LazyMenuProps = { trigger: ReactElement; defaultOpen: boolean }

type TriggerProps = {
  onClick?: () => void
  onKeyDown?: (event: KeyboardEvent) => void
  'aria-haspopup'?: 'menu'
  'aria-expanded'?: boolean
}

/**
 * A button whose menu is fetched when somebody first opens it: most rows of a list are looked at and left alone. `menu` is a lazy component
 * that draws a `Menu` with the props it gets.
 */
export function LazyMenu<Rest extends object>({
  trigger,
  menu,
  ...rest
}: { trigger: ReactElement<TriggerProps>; menu: LazyExoticComponent<ComponentType<LazyMenuProps & Rest>> } & Rest) {
  const [isAsked, setAsked] = useState(false)
  const button = cloneElement(trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onClick: () => setAsked(true),
    onKeyDown: (event) => {
      if (event.key === 'ArrowDown') setAsked(true)
    },
  })
  if (!isAsked) return button
  const Opened = menu as ComponentType<LazyMenuProps & Rest>
  return (
    <Suspense fallback={button}>
      <Opened trigger={trigger} defaultOpen {...(rest as unknown as Rest)} />
    </Suspense>
  )
}
