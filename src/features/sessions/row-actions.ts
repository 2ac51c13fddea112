import type { SessionState } from '#domain/session.ts'
import type { SessionOverview } from '../../lib/session-overview.ts'

type MenuAction = 'start' | 'stop' | 'reset' | 'delete'

/** What may be done with a row. */
export type RowActions = {
  /** The button that stands on the row. */
  main: 'resume' | 'link_again' | null
  /** Beside opening and renaming it, which always can be done. */
  menu: MenuAction[]
  trash: boolean
  /** Deleting it destroys a link, so it is asked first. */
  confirmDelete: boolean
}

const MENU: Record<SessionState, MenuAction[]> = {
  connecting: [],
  connected: ['stop', 'reset'],
  reconnecting: ['stop', 'reset'],
  stopped: ['start', 'reset'],
  disconnected: [],
}

const MAIN: Record<SessionState, RowActions['main']> = {
  connecting: 'resume',
  connected: null,
  reconnecting: null,
  stopped: null,
  disconnected: 'link_again',
}

/**
 * The actions of a row. The trash stands on every row that is not online by what the page shows
 * (`effective_status`): the sessions of a dead worker can be ordered away too.
 */
export function rowActions(session: Pick<SessionOverview, 'status' | 'effective_status' | 'linked_at'>): RowActions {
  const trash = session.effective_status !== 'connected'
  return {
    main: MAIN[session.status],
    menu: trash ? [...MENU[session.status], 'delete'] : MENU[session.status],
    trash,
    confirmDelete: session.linked_at !== null,
  }
}
