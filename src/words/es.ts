import type { Words } from './en.ts'
import { failures, reasons, removalReasons, states } from './es/codes.ts'
import { account, password, signIn } from './es/account.ts'
import { activity } from './es/activity.ts'
import { boot } from './es/boot.ts'
import { common } from './es/common.ts'
import { connection } from './es/connection.ts'
import { link } from './es/link.ts'
import { list } from './es/list.ts'
import { messages } from './es/messages.ts'
import { members } from './es/members.ts'
import { nav } from './es/nav.ts'
import { organization } from './es/organization.ts'
import { removal } from './es/removal.ts'
import { session } from './es/session.ts'
import { timeline } from './es/timeline.ts'
import { toasts } from './es/toasts.ts'
import { worker } from './es/worker.ts'

export const es: Words = {
  product: 'Latchkey',
  promise: 'Lo borrado, borrado está; lo conectado, conectado.',
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
