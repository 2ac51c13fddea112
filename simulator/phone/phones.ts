import { encodeWAMessage, proto, unpadRandomMax16 } from 'baileys'
import type { Account, Device } from '../accounts-file.ts'
import type { Chance } from '../chance.ts'
import { readPhone, writePhone } from './phone-file.ts'
import type { ReceivedText } from './phone-file.ts'
import { newPhoneState, takeBundle } from './pre-keys.ts'
import type { KeyBundle } from './pre-keys.ts'
import { createSignal, sessionFrom } from './signal.ts'

/** A phone remembers this many texts, and knows a double of those only. */
const MAX_TEXTS = 1_000

/** A message as it is delivered: `device` is the jid of the sender's companion, `from` the sender's number. */
export type Delivery = { id: string; device: string; from: string; type: 'pkmsg' | 'msg'; ciphertext: Buffer }

/** How a delivery was taken. `other`: it could be read and is no text for this phone, as the copy of what its own companion sent. */
export type Taken = 'text' | 'double' | 'other' | 'unreadable'

/** A phone that can be written to. */
export type Phone = {
  /** Keys for a sender that it has no conversation with. */
  takeBundle(): KeyBundle
  /** Reads a message and keeps its text, each id of a sender once. Rejects when that cannot be stored. */
  take(delivery: Delivery): Promise<Taken>
  /**
   * Encrypts a message for a companion, its own or somebody else's; `anew` begins the conversation again. `undefined` when the
   * device's keys are not known. Rejects when that cannot be stored.
   */
  write(device: Device, message: proto.IMessage, anew?: boolean): Promise<{ type: 'pkmsg' | 'msg'; ciphertext: Buffer } | undefined>
  /** Keeps a text that another phone handed over. */
  keep(text: Pick<ReceivedText, 'id' | 'from' | 'text'>): void
  texts(): ReceivedText[]
}

/** The phones of accounts; each begins when somebody first asks for it. Throws when what it had stored is damaged. */
export function openPhones(dataDir: string | undefined, chance: Chance): (account: Account) => Phone {
  const phones = new Map<string, Phone>()
  return (account) => {
    const open = phones.get(account.phone) ?? openPhone(account, dataDir, chance.of(`phone/${account.phone}`))
    phones.set(account.phone, open)
    return open
  }
}

function openPhone(account: Account, dataDir: string | undefined, chance: Chance): Phone {
  const state = (dataDir === undefined ? undefined : readPhone(dataDir, account.phone)) ?? newPhoneState(account, chance)
  const signal = createSignal(account, state)
  const store = (): void => {
    if (dataDir !== undefined) writePhone(dataDir, account.phone, state)
  }
  // A ratchet takes one step at a time.
  let taking: Promise<unknown> = Promise.resolve()

  const read = async ({ device, type, ciphertext }: Delivery): Promise<proto.Message | undefined> => {
    try {
      return proto.Message.decode(unpadRandomMax16(await signal.decryptMessage({ jid: device, type, ciphertext })))
    } catch {
      return undefined
    }
  }
  const keep = ({ id, from, text }: Pick<ReceivedText, 'id' | 'from' | 'text'>): void => {
    state.texts.push({ id, from, text, at: new Date().toISOString(), doubles: 0 })
    state.texts = state.texts.slice(-MAX_TEXTS)
  }
  const take = async (delivery: Delivery): Promise<Taken> => {
    const message = await read(delivery)
    const known = state.texts.find(({ id, from }) => id === delivery.id && from === delivery.from)
    if (known) known.doubles += 1
    const text = message?.extendedTextMessage?.text ?? message?.conversation
    if (!known && typeof text === 'string' && text !== '') {
      keep({ id: delivery.id, from: delivery.from, text })
    }
    store()
    if (known) return 'double'
    if (!message) return 'unreadable'
    return text ? 'text' : 'other'
  }

  const write = async (device: Device, message: proto.IMessage, anew: boolean) => {
    const { jid, identityPublicKey, keys } = device
    if (!keys) return undefined
    if (anew || state.writesTo[jid] !== identityPublicKey || !(await signal.validateSession(jid)).exists) {
      await signal.injectE2ESession({ jid, session: sessionFrom(identityPublicKey, keys, keys.preKeys.shift()) })
      state.writesTo[jid] = identityPublicKey
    }
    const sealed = await signal.encryptMessage({ jid, data: encodeWAMessage(message) })
    store()
    return { type: sealed.type, ciphertext: Buffer.from(sealed.ciphertext) }
  }

  return {
    takeBundle() {
      const bundle = takeBundle(account, state, chance)
      store()
      return bundle
    },
    take(delivery) {
      const taken = taking.then(() => take(delivery))
      taking = taken.catch(() => {})
      return taken
    },
    write(device, message, anew = false) {
      const written = taking.then(() => write(device, message, anew))
      taking = written.catch(() => {})
      return written
    },
    keep(text) {
      keep(text)
      store()
    },
    texts: () => structuredClone(state.texts),
  }
}
