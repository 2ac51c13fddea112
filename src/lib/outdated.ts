/** When nothing was read for so long, what the page shows is hearsay; milliseconds. */
export const OUTDATED_AFTER = 10_000

/** When what is shown was read, if it is too old to be believed; milliseconds since 1970. */
export function outdatedSince({ data, dataUpdatedAt, errorUpdatedAt }: { data: unknown; dataUpdatedAt: number; errorUpdatedAt: number }) {
  return data !== undefined && errorUpdatedAt - dataUpdatedAt > OUTDATED_AFTER ? dataUpdatedAt : null
}
