import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { ERROR_STATUS, errorBody } from '#domain/errors.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Disk } from '../store/disk.ts'
import { removeDurably, writeDurably } from '../store/durable-file.ts'
import type { Doctor } from './doctor.ts'

/** How to ask a running worker; in its data folder, for its owner alone: who can read that folder may ask. */
export const DoctorFile = z.object({ version: z.literal(1), url: z.url(), token: z.string().min(32), pid: z.optional(z.int()) })
export type DoctorFile = z.infer<typeof DoctorFile>

export function doctorFilePath(root: string): string {
  return join(root, 'doctor.json')
}

/** The way in for `npm run doctor` (OPS-5). */
export type DoctorDoor = {
  /** Says in the data folder where and how to ask. A disk that refuses is logged: the worker works without. */
  open(url: string): void
  close(): void
}

type Options = { server: FastifyInstance; doctor: Doctor; disk: Disk; root: string; log: Log }

/** Serves GET and POST `/doctor` to whoever has the token of this process. To be called before the server listens. */
export function createDoctorDoor({ server, doctor, disk, root, log }: Options): DoctorDoor {
  const token = randomBytes(32).toString('base64url')
  const expected = digest(`Bearer ${token}`)
  const serve = (method: 'GET' | 'POST', answer: () => Promise<unknown>): void => {
    server.route({
      method,
      url: '/doctor',
      async handler(request, reply) {
        void reply.header('cache-control', 'no-store')
        if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
          return reply.code(ERROR_STATUS.unauthorized).send(errorBody('unauthorized', 'This is for the doctor of this worker.'))
        }
        return answer()
      },
    })
  }
  serve('GET', doctor.look)
  serve('POST', doctor.treat)

  return {
    open(url) {
      try {
        writeDurably(disk, doctorFilePath(root), JSON.stringify({ version: 1, url, token, pid: process.pid } satisfies DoctorFile))
      } catch (error) {
        log.warn({ error: reasonOf(error) }, 'the doctor cannot be told how to ask')
      }
    },
    close() {
      try {
        removeDurably(disk, doctorFilePath(root))
      } catch (error) {
        log.warn({ error: reasonOf(error) }, 'doctor.json is left behind; its token is worth nothing from now on')
      }
    },
  }
}

/** Of one length, so that the comparison takes the same time for every guess. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
