/** What is said in passing. */
export const toasts = {
  removed: 'Session removed',
  reset: 'Session was reset',
  goneAlready: 'This session was gone already',
  nowConnected: 'This session is connected now, so it was not deleted. Reset it instead.',
  notDeleted: 'This session was not deleted. Your role may not allow it.',
  stopped: 'Session stopped',
  started: 'Session started',
  cancelled: 'Linking cancelled',
  orderStored: 'Order stored; it will be carried out when the worker is back.',
  copied: 'Code copied',
  copyFailed: 'The code could not be copied',
}
