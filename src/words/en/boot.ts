/** While the page starts, and when it stumbles. */
export const boot = {
  starting: 'Latchkey is starting',
  startingHint: 'This page opens as soon as all parts are ready.',
  unreachable: 'Latchkey does not answer',
  unreachableHint: 'Trying again. Is it still running?',
  invalid: 'Latchkey is not configured',
  invalidHint: 'The file /config.json is not what this page expects. Correct it, then reload.',
  crashed: 'This page has stumbled',
  crashedHint: 'Nothing was changed by it. Reload the page to carry on.',
  reload: 'Reload',
}
