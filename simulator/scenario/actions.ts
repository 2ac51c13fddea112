import type { Controls } from '../controls.ts'
import type { Step } from './schema.ts'

/** Does what a step says, and tells what came of it: `ok`, or why not. */
export async function act(controls: Controls, step: Step): Promise<string> {
  const device = (phone: string) => controls.devices(phone).at(-1)?.jid ?? ''
  const known = (found: boolean) => (found ? 'ok' : 'unknown_device')
  const phoneKnown = (found: boolean) => (found ? 'ok' : 'unknown_phone')
  const outcome = (result: { ok: true } | { ok: false; code: string }) => (result.ok ? 'ok' : result.code)

  switch (step.do) {
    case 'scan': {
      const waiting = controls.waiting().findLast(({ qr }) => qr !== null)
      return outcome(await controls.scanWaiting(waiting?.id ?? '', step.phone))
    }
    case 'enterCode':
      return outcome(await controls.enterCode(step.phone, step.code))
    case 'unlink':
      return known(controls.unlink(device(step.phone)))
    case 'drop':
      return known(controls.drop(device(step.phone)))
    case 'goOffline':
      return known(controls.goOffline(device(step.phone)))
    case 'comeBack':
      return known(controls.comeBack(device(step.phone)))
    case 'replace':
      return known(controls.replace(device(step.phone)))
    case 'fail':
      return known(controls.fail(device(step.phone), step.reason))
    case 'refuse':
      controls.refuse({ reason: step.reason, jid: step.phone === undefined ? undefined : device(step.phone), times: step.times })
      return 'ok'
    case 'allow':
      controls.allow()
      return 'ok'
    case 'configure':
      controls.configure(step.behaviour)
      return 'ok'
    case 'demandPasskey':
      return phoneKnown(controls.demandPasskey(step.phone, step.demanded))
    case 'addAccount':
      return controls.addAccount(step.account) ? 'ok' : 'phone_taken'
    case 'sendText':
      return outcome(await controls.sendText(step.phone, step.to, step.text))
    case 'readTexts':
      return phoneKnown(controls.readTexts(step.phone) !== undefined)
    case 'addContact':
      return phoneKnown(await controls.addContact(step.phone, step.contact))
    case 'renameContact':
      return phoneKnown(await controls.renameContact(step.phone, step.contact, step.name))
    case 'addGroup':
      return phoneKnown(controls.addGroup(step.phone, step.group) !== undefined)
    case 'renameGroup': {
      const group = controls.groups(step.phone).find(({ subject }) => subject === step.from)
      return group && controls.renameGroup(group.jid, step.to) ? 'ok' : 'unknown_group'
    }
    case 'rest':
      return 'ok'
  }
}
