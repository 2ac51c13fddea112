/** Settings of a worker whose callers are quicker than people are: what is counted is not what those tests are about. */
export const WITHOUT_LIMITS = {
  USER_COMMANDS_PER_MINUTE: '1000000',
  ORGANIZATION_COMMANDS_PER_MINUTE: '1000000',
  SESSION_LINKS_PER_HOUR: '1000000',
  ORGANIZATION_LINKS_PER_HOUR: '1000000',
  SESSION_STREAMS: '10000',
  ORGANIZATION_STREAMS: '10000',
} as const
