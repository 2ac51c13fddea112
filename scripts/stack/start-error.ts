/** Why a start is not possible, worded for the person at the console: it is shown without a stack trace. */
export class StartError extends Error {
  override name = 'StartError'
}
