import { ERROR_STATUS, errorBody } from '#domain/errors.ts'
import type { ErrorCode } from '#domain/errors.ts'
import type { PortalRefusal } from '#domain/portal.ts'
import { refTo } from './shape.ts'
import type { Reference, Response } from './shape.ts'

/** What each code means to who called. */
const MEANING: Record<ErrorCode, string> = {
  invalid_input: 'Something in the request is not as it must be; `detail.field` names it.',
  unauthorized: 'Nobody is signed in, or the token is not valid any more.',
  invalid_command: 'The signed command is missing, forged, used before, or meant for something else.',
  clock_skew: 'The clocks of edge function and worker differ too much; `detail.workerTime` is the worker’s.',
  forbidden: 'The caller sees the session but may not do this.',
  not_found: 'There is no such session for this caller. What somebody cannot see looks the same as what is not there.',
  method_not_allowed: 'The path exists, the method does not; `allow` names those that do.',
  already_connected: 'A phone is linked already.',
  not_linked: 'No phone is linked.',
  not_connected: 'The session is not online.',
  session_online: 'The session is online: stop or reset it first.',
  order_missing: 'There is no stored order to clear this session.',
  ambiguous_phone_number: 'More than one session has this number: name one by its id.',
  link_ended: 'No link is under way that could answer this.',
  limit_reached: 'There are as many as one organisation, or one owner, may have.',
  already_member: 'Whoever is invited is a member already.',
  worker_online: 'A worker that is online cannot be forgotten.',
  not_holder: 'Another worker holds the session.',
  payload_too_large: 'The body is too large.',
  rate_limited: 'Too much at once: try again after `detail.retryAfterSeconds`, which `retry-after` says too, where the worker counted.',
  internal: 'Something went wrong here. It is a defect.',
  worker_offline: 'The worker cannot be reached; `detail.queued` says that the order is stored and will be carried out.',
  whatsapp_unavailable: 'WhatsApp did not answer.',
  database_unavailable: 'The database did not answer.',
  not_ready: 'The worker has not read the database yet.',
  storage_failed: 'The worker’s disk refused; nothing was lost.',
  timeout: 'The worker did not answer in time; `detail.queued` says that the order is stored and will be carried out.',
}

/** What any signed command can meet. */
export const COMMAND_REFUSALS = [
  'invalid_input',
  'invalid_command',
  'clock_skew',
  'not_found',
  'payload_too_large',
  'rate_limited',
  'internal',
  'database_unavailable',
  'not_ready',
  'storage_failed',
] as const satisfies ErrorCode[]

/** What any call of a signed-in user can meet: what the worker says is passed on. */
export const CALL_REFUSALS = [...COMMAND_REFUSALS, 'unauthorized', 'worker_offline', 'timeout'] as const satisfies ErrorCode[]

/** Answers to refusals that several operations share: one for each set of codes with a common status. */
export function createRefusals() {
  const responses: Record<string, Response> = {}
  return {
    /** The refused answers of one operation, by status. */
    of(codes: readonly ErrorCode[], shape: keyof typeof SHAPES = 'ErrorBody'): Record<string, Reference> {
      const byStatus = Object.groupBy(inOrder(codes), (code) => ERROR_STATUS[code])
      const answers = Object.entries(byStatus).map(([status, group]) => {
        const name = [...(shape === 'ErrorBody' ? [] : ['portal']), ...group].join('.')
        responses[name] ??= refusalOf(group, shape)
        return [status, refTo('responses', name)] as const
      })
      return Object.fromEntries(answers)
    },
    /** All that were asked for, by name. */
    responses: () => Object.fromEntries(Object.entries(responses).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function inOrder(codes: readonly ErrorCode[]): ErrorCode[] {
  return (Object.keys(ERROR_STATUS) as ErrorCode[]).filter((code) => codes.includes(code))
}

/** The two ways to say no: where the code stands in the body, and an example. */
const SHAPES = {
  ErrorBody: {
    narrow: (code: object) => ({ properties: { error: { properties: { code } } } }),
    example: (code: ErrorCode, message: string): object => errorBody(code, message),
  },
  PortalRefusal: {
    narrow: (code: object) => ({ properties: { code } }),
    example: (code: ErrorCode, error: string): object => ({ success: false, error, code }) satisfies PortalRefusal,
  },
} as const

function refusalOf(codes: readonly ErrorCode[], shape: keyof typeof SHAPES): Response {
  const [first = 'internal'] = codes
  const { narrow, example } = SHAPES[shape]
  return {
    description: codes.map((one) => `\`${one}\`: ${MEANING[one]}`).join('\n\n'),
    content: {
      'application/json': {
        schema: { allOf: [refTo('schemas', shape), narrow({ enum: [...codes] })] },
        example: example(first, MEANING[first].split(/[;:]/)[0]?.replace(/\.?$/, '.') ?? ''),
      },
    },
  }
}
