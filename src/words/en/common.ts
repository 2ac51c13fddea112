/** Words that stand in many places. */
export const common = {
  cancel: 'Cancel',
  done: 'Done',
  close: 'Close',
  tryAgain: 'Try again',
  loading: 'Loading',
  dismiss: 'Dismiss',
  skipToContent: 'Skip to content',
}
