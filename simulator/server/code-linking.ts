import type { BinaryNode } from 'baileys'
import { readCode, typeCode } from '../phone/pairing-code.ts'
import type { Connection } from './connection.ts'
import { happened } from './happenings.ts'
import { linkDevice, stopsLink } from './linking.ts'
import type { ScanResult } from './linking.ts'
import { lastExpiry } from './registration.ts'
import { bytes, child, errorOf, node, resultOf, seconds, SERVER } from './stanzas.ts'
import type { AskedCode, Registration, World } from './world.ts'

const BAD_REQUEST = 400
const FINISH_TIMEOUT_MS = 10_000

/** A device that is not linked yet speaks of its pairing code. */
export function answerCodeStage(world: World, connection: Connection, iq: BinaryNode, stage: BinaryNode): void {
  const registration = world.waiting.get(connection.id)
  if (!registration) return connection.send(errorOf(iq, BAD_REQUEST, 'bad-request'))
  if (stage.attrs['stage'] === 'companion_hello') askForCode(world, registration, iq, stage)
  else if (stage.attrs['stage'] === 'companion_finish') finishCode(registration, iq, stage)
  else connection.send(errorOf(iq, BAD_REQUEST, 'bad-request'))
}

/**
 * Somebody types a code on a phone. Resolves when the device is linked and told to restart, or with what prevented it. The phone knows
 * of the code that was asked for last, on whatever device.
 */
export async function enterCode(world: World, phone: string, typed: string): Promise<ScanResult> {
  const account = world.accounts.find(phone)
  if (!account) return { ok: false, code: 'unknown_phone' }
  const code = readCode(typed)
  if (code === undefined) return { ok: false, code: 'malformed_code' }
  const found = lastAsked(world, phone)
  if (!found) return { ok: false, code: 'no_code_asked' }
  const { registration, asked } = found
  if (asked.expiresAt <= Date.now()) return { ok: false, code: 'expired_code' }
  if (asked.onFinish || registration.onAnswer) return { ok: false, code: 'already_scanned' }

  const bundle = Promise.withResolvers<Buffer | undefined>()
  asked.onFinish = bundle.resolve
  const timer = setTimeout(() => bundle.resolve(undefined), FINISH_TIMEOUT_MS)
  world.timers.add(timer)
  try {
    const hello = await typeCode(account, code, asked.wrappedCompanion, world.chance.of(`code/${asked.ref}`))
    registration.connection.send(primaryHello(asked, hello))
    const sealed = await bundle.promise
    if (!sealed) return { ok: false, code: 'no_answer' }
    const secret = hello.readBundle(sealed, registration.identityPublicKey)
    if (!secret || registration.code !== asked) return { ok: false, code: 'wrong_code' }
    const stop = stopsLink(world, account, registration)
    if (stop) return stop
    registration.code = undefined
    return await linkDevice(world, account, registration, secret)
  } finally {
    clearTimeout(timer)
    world.timers.delete(timer)
    asked.onFinish = undefined
  }
}

/** What the server keeps of a request is the device's wrapped key: the newest makes the older ones of that device worthless. */
function askForCode(world: World, registration: Registration, iq: BinaryNode, stage: BinaryNode): void {
  const { connection } = registration
  const phone = /^(\d+)@/.exec(stage.attrs['jid'] ?? '')?.[1]
  const wrappedCompanion = bytes(child(stage, 'link_code_pairing_wrapped_companion_ephemeral_pub'))
  if (phone === undefined || !world.accounts.find(phone) || wrappedCompanion.length !== WRAPPED_BYTES) {
    return connection.send(errorOf(iq, BAD_REQUEST, 'bad-request'))
  }
  world.counts.codes += 1
  const ref = world.chance.of(`codes/${world.counts.codes}`).bytes(32)
  registration.code?.onFinish?.(undefined)
  registration.code = {
    phone,
    ref: ref.toString('base64'),
    number: world.counts.codes,
    wrappedCompanion,
    expiresAt: lastExpiry(registration.refs, Date.now()),
  }
  connection.send(resultOf(iq, [node('link_code_companion_reg', { stage: 'companion_hello' }, [node('link_code_pairing_ref', {}, ref)])]))
  world.log('a device asks for a pairing code', { id: connection.id, phone })
  happened(world, 'code_asked')
}

/** Salt, initial vector and key. */
const WRAPPED_BYTES = 32 + 16 + 32

function finishCode(registration: Registration, iq: BinaryNode, stage: BinaryNode): void {
  const { code, connection } = registration
  const ref = bytes(child(stage, 'link_code_pairing_ref')).toString('base64')
  if (!code?.onFinish || code.ref !== ref) return connection.send(errorOf(iq, BAD_REQUEST, 'bad-request'))
  connection.send(resultOf(iq))
  code.onFinish(bytes(child(stage, 'link_code_pairing_wrapped_key_bundle')))
}

function lastAsked(world: World, phone: string): { registration: Registration; asked: AskedCode } | undefined {
  return [...world.waiting.values()]
    .flatMap((registration) => (registration.code?.phone === phone ? [{ registration, asked: registration.code }] : []))
    .toSorted((one, other) => other.asked.number - one.asked.number)[0]
}

function primaryHello({ ref }: AskedCode, hello: { wrappedEphemeral: Buffer; identityPublicKey: Buffer }): BinaryNode {
  const attrs = { from: SERVER, type: 'link_code_companion_reg', id: `hello-${ref.slice(0, 8)}`, t: seconds() }
  return node('notification', attrs, [
    node('link_code_companion_reg', { stage: 'primary_hello' }, [
      node('link_code_pairing_ref', {}, Buffer.from(ref, 'base64')),
      node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, hello.wrappedEphemeral),
      node('primary_identity_pub', {}, hello.identityPublicKey),
    ]),
  ])
}
