import { BufferJSON, initAuthCreds } from 'baileys'

/** A new identity as JSON, the same for all sessions of a bench. */
export const IDENTITY = JSON.stringify(initAuthCreds(), BufferJSON.replacer)
