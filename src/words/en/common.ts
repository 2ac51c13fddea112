/** Words that stand in many places. */
export const common = {
  cancel: 'Cancel',
  done: 'Done',
  close: 'Close',
  tryAgain: 'Try again',
  loading: 'Loading',
  dismiss: 'Dismiss',
  skipToContent: 'Skip to content',
  /** By which a call is found in the logs. */
  reference: { label: 'Reference', copy: 'Copy', copied: 'Reference copied', copyFailed: 'It could not be copied' },
}
