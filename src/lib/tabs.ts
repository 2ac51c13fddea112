/** What is said between the tabs of one browser: that something was changed, and nothing of what. */
const CHANGED = 'changed'

export type Tabs = { tell: () => void; close: () => void }

/** Joins the other tabs of this browser; `onChanged` is called when one of them has changed something. */
export function joinTabs(onChanged: () => void): Tabs {
  const channel = new BroadcastChannel('latchkey')
  channel.addEventListener('message', ({ data }) => {
    if (data === CHANGED) onChanged()
  })
  return { tell: channel.postMessage.bind(channel, CHANGED), close: () => channel.close() }
}
