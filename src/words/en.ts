import { failures, reasons, removalReasons, states } from './en/codes.ts'
import { account, password, signIn } from './en/account.ts'
import { activity } from './en/activity.ts'
import { boot } from './en/boot.ts'
import { common } from './en/common.ts'
import { connection } from './en/connection.ts'
import { link } from './en/link.ts'
import { list } from './en/list.ts'
import { messages } from './en/messages.ts'
import { members } from './en/members.ts'
import { nav } from './en/nav.ts'
import { organization } from './en/organization.ts'
import { removal } from './en/removal.ts'
import { session } from './en/session.ts'
import { timeline } from './en/timeline.ts'
import { toasts } from './en/toasts.ts'
import { worker } from './en/worker.ts'

/** Every word of the dashboard in English. Another language is another object of the type `Words`. */
export const en = {
  product: 'Latchkey',
  promise: 'Gone means gone, connected means connected.',
  failures,
  reasons,
  states,
  removalReasons,
  common,
  boot,
  signIn,
  password,
  account,
  nav,
  organization,
  members,
  worker,
  connection,
  list,
  removal,
  activity,
  toasts,
  link,
  session,
  timeline,
  messages,
}

export type Words = typeof en
