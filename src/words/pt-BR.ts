import type { Words } from './en.ts'
import { failures, reasons, removalReasons, states } from './pt-BR/codes.ts'
import { account, password, signIn } from './pt-BR/account.ts'
import { activity } from './pt-BR/activity.ts'
import { boot } from './pt-BR/boot.ts'
import { common } from './pt-BR/common.ts'
import { connection } from './pt-BR/connection.ts'
import { link } from './pt-BR/link.ts'
import { list } from './pt-BR/list.ts'
import { messages } from './pt-BR/messages.ts'
import { members } from './pt-BR/members.ts'
import { nav } from './pt-BR/nav.ts'
import { organization } from './pt-BR/organization.ts'
import { removal } from './pt-BR/removal.ts'
import { session } from './pt-BR/session.ts'
import { timeline } from './pt-BR/timeline.ts'
import { toasts } from './pt-BR/toasts.ts'
import { worker } from './pt-BR/worker.ts'

export const ptBR: Words = {
  product: 'Latchkey',
  promise: 'Apagado é apagado, conectado é conectado.',
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
