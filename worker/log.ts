import { pino } from 'pino'
import type { DestinationStream } from 'pino'

export type Log = {
  debug(fields: Record<string, unknown>, message: string): void
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
  child(fields: Record<string, unknown>): Log
}

/**
 * What must never reach a log, wherever it hides in the first two levels: whoever holds a QR, a pairing code or a key can take the
 * account over. The worker does not log them anyway; this is the second lock on that door.
 */
const SECRETS = ['qr', 'code', 'pairingCode', 'creds', 'credentials', 'keys', 'key', 'token', 'authorization', 'private', 'advSecretKey']

export function createLog(level: string, workerId: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { worker: workerId },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  }
  return destination ? pino(options, destination) : pino(options)
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
