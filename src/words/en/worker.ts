/** The worker, as the page speaks of it. */
export const worker = {
  online: 'worker online',
  offline: 'worker offline',
  unknown: 'worker unknown',
  offlineTitle: 'The worker is offline',
  offlineHint:
    'Nobody can say whether your devices are connected, and no code can be shown. What you order is stored and will be carried out when it is back.',
}
