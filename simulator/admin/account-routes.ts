import type * as z from 'zod'
import type { Controls } from '../controls.ts'
import { ok, problem } from './answers.ts'
import type { Answer } from './answers.ts'
import { checked, scanned } from './route.ts'
import type { Route } from './route.ts'
import { Body, PathPart } from './schemas.ts'

const UNKNOWN_PHONE = problem(404, 'unknown_phone', 'No simulated phone has this number.', 'phone')

/** What is done with one phone. */
export function accountRoutes(controls: Controls): Route[] {
  const onPhone = <T>(
    method: Route['method'],
    what: string,
    schema: z.ZodType<T>,
    act: (phone: string, body: T) => Answer | Promise<Answer>,
  ): Route => ({
    method,
    path: `/api/accounts/:phone/${what}`,
    act: (parts, body) => checked(PathPart.phone, parts['phone'], (phone) => checked(schema, body, (value) => act(phone, value)), 'phone'),
  })
  const known = (found: boolean): Answer => (found ? ok() : UNKNOWN_PHONE)

  return [
    {
      method: 'POST',
      path: '/api/accounts',
      act: (_parts, body) =>
        checked(Body.phone, body, (phone) =>
          controls.addAccount(phone) ? ok(phone, 201) : problem(409, 'phone_taken', 'There is a phone with this number.', 'phone'),
        ),
    },
    onPhone('POST', 'code', Body.code, async (phone, { code }) => scanned(await controls.enterCode(phone, code))),
    onPhone('POST', 'passkey', Body.passkey, (phone, { demanded }) => known(controls.demandPasskey(phone, demanded))),
    onPhone('GET', 'texts', Body.nothing, (phone) => {
      const texts = controls.texts(phone)
      return texts ? ok({ texts }) : UNKNOWN_PHONE
    }),
    onPhone('POST', 'read', Body.nothing, (phone) => {
      const read = controls.readTexts(phone)
      return read === undefined ? UNKNOWN_PHONE : ok({ read })
    }),
    onPhone('POST', 'send', Body.text, async (phone, { to, text }) => {
      const sent = await controls.sendText(phone, to, text)
      return sent.ok ? ok({ id: sent.id, devices: sent.devices }) : UNKNOWN_PHONE
    }),
    onPhone('GET', 'people', Body.nothing, (phone) => {
      const contacts = controls.contacts(phone)
      return contacts ? ok({ contacts, groups: controls.groups(phone) }) : UNKNOWN_PHONE
    }),
    onPhone('POST', 'contacts', Body.contact, async (phone, contact) => known(await controls.addContact(phone, contact))),
    onPhone('POST', 'groups', Body.group, (phone, group) => {
      const jid = controls.addGroup(phone, group)
      return jid === undefined ? UNKNOWN_PHONE : ok({ jid }, 201)
    }),
    {
      method: 'PATCH',
      path: '/api/groups/:group',
      act: (parts, body) =>
        checked(
          PathPart.group,
          parts['group'],
          (group) =>
            checked(Body.subject, body, ({ subject }) =>
              controls.renameGroup(group, subject) ? ok() : problem(404, 'unknown_group', 'There is no such group.', 'group'),
            ),
          'group',
        ),
    },
  ]
}
