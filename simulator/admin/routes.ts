import type * as z from 'zod'
import type { Controls } from '../controls.ts'
import { SCAN_PROBLEMS } from '../server/linking.ts'
import type { ScanProblem, ScanResult } from '../server/linking.ts'
import { invalid, ok, problem } from './answers.ts'
import type { Answer } from './answers.ts'
import { Body, PathPart } from './schemas.ts'

/** One call of the admin API: `parts` are the path's variables, decoded; `body` is JSON that was not looked at yet. */
type Route = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  act: (parts: Record<string, string>, body: unknown) => Answer | Promise<Answer>
}

const SCAN_STATUS: Record<ScanProblem, number> = {
  malformed_qr: 400,
  unknown_phone: 404,
  unknown_ref: 404,
  expired_ref: 410,
  wrong_keys: 409,
  unseen_qr: 409,
  already_scanned: 409,
  no_answer: 409,
  forged_signature: 409,
  passkey_required: 409,
  too_many_devices: 409,
  malformed_code: 400,
  no_code_asked: 404,
  expired_code: 410,
  wrong_code: 409,
}

const UNKNOWN_PHONE = problem(404, 'unknown_phone', 'No simulated phone has this number.', 'phone')

/** The routes over a simulator's controls. */
export function createRoutes(controls: Controls): Route[] {
  const onDevice = (name: string, act: (jid: string) => boolean): Route => ({
    method: 'POST',
    path: `/api/devices/:jid/${name}`,
    act: (parts, body) => checked(PathPart.jid, parts['jid'], (jid) => checked(Body.nothing, body, () => known(act(jid))), 'jid'),
  })

  return [
    { method: 'GET', path: '/api/state', act: () => ok(state(controls)) },
    {
      method: 'POST',
      path: '/api/scan',
      act: (_parts, body) => checked(Body.scan, body, async ({ qr, phone }) => scanned(await controls.scan(qr, phone))),
    },
    {
      method: 'POST',
      path: '/api/waiting/:id/scan',
      act: (parts, body) =>
        checked(
          PathPart.id,
          parts['id'],
          (id) => checked(Body.scanWaiting, body, async ({ phone }) => scanned(await controls.scanWaiting(id, phone))),
          'id',
        ),
    },
    onDevice('unlink', (jid) => controls.unlink(jid)),
    onDevice('offline', (jid) => controls.goOffline(jid)),
    onDevice('online', (jid) => controls.comeBack(jid)),
    onDevice('drop', (jid) => controls.drop(jid)),
    onDevice('replace', (jid) => controls.replace(jid)),
    {
      method: 'POST',
      path: '/api/devices/:jid/fail',
      act: (parts, body) =>
        checked(PathPart.jid, parts['jid'], (jid) => checked(Body.fail, body, ({ reason }) => known(controls.fail(jid, reason))), 'jid'),
    },
    {
      method: 'POST',
      path: '/api/accounts',
      act: (_parts, body) =>
        checked(Body.phone, body, (phone) =>
          controls.addAccount(phone) ? ok(phone, 201) : problem(409, 'phone_taken', 'There is a phone with this number.', 'phone'),
        ),
    },
    {
      method: 'POST',
      path: '/api/accounts/:phone/code',
      act: (parts, body) =>
        checked(
          PathPart.phone,
          parts['phone'],
          (phone) => checked(Body.code, body, async ({ code }) => scanned(await controls.enterCode(phone, code))),
          'phone',
        ),
    },
    {
      method: 'GET',
      path: '/api/accounts/:phone/texts',
      act: (parts) =>
        checked(
          PathPart.phone,
          parts['phone'],
          (phone) => {
            const texts = controls.texts(phone)
            return texts ? ok({ texts }) : UNKNOWN_PHONE
          },
          'phone',
        ),
    },
    {
      method: 'POST',
      path: '/api/accounts/:phone/send',
      act: (parts, body) =>
        checked(
          PathPart.phone,
          parts['phone'],
          (phone) =>
            checked(Body.text, body, async ({ to, text }) => {
              const sent = await controls.sendText(phone, to, text)
              return sent.ok ? ok({ id: sent.id, devices: sent.devices }) : UNKNOWN_PHONE
            }),
          'phone',
        ),
    },
    {
      method: 'POST',
      path: '/api/refusals',
      act: (_parts, body) =>
        checked(Body.refusal, body, (refusal) => {
          controls.refuse(refusal)
          return ok()
        }),
    },
    {
      method: 'DELETE',
      path: '/api/refusals',
      act: () => {
        controls.allow()
        return ok()
      },
    },
    {
      method: 'PATCH',
      path: '/api/behaviour',
      act: (_parts, body) => checked(Body.behaviour, body, (change) => ok(controls.configure(given(change)))),
    },
    {
      method: 'POST',
      path: '/api/camera',
      act: (_parts, body) =>
        checked(Body.camera, body, ({ noisePublicKey, advSecret }) => {
          controls.seeQr(noisePublicKey, advSecret)
          return ok()
        }),
    },
  ]
}

/** Only what was given: the schema says that the rest may be `undefined`. */
function given<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as never
}

function state(controls: Controls) {
  return {
    phones: controls.accounts(),
    devices: controls.devices(),
    waiting: controls.waiting(),
    behaviour: controls.behaviour(),
    counts: controls.counts(),
  }
}

function checked<T>(
  schema: z.ZodType<T>,
  value: unknown,
  act: (value: T) => Answer | Promise<Answer>,
  field?: string,
): Answer | Promise<Answer> {
  const parsed = schema.safeParse(value)
  return parsed.success ? act(parsed.data) : invalid(parsed.error, field)
}

function known(found: boolean): Answer {
  return found ? ok() : problem(404, 'unknown_device', 'No such device is linked, or it is not online.', 'jid')
}

function scanned(result: ScanResult): Answer {
  return result.ok ? ok({ jid: result.jid }) : problem(SCAN_STATUS[result.code], result.code, SCAN_PROBLEMS[result.code])
}
