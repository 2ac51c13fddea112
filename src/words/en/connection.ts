/** What is said of the connection to the server. */
export const connection = {
  offline: 'You are offline.',
  seenFrom: (time: string) => `What you see is from ${time}.`,
  silent: 'No answer from the server.',
  silentHint: (time: string | null) =>
    time === null ? 'Trying again by itself.' : `What you see is from ${time}; how it is now is not known. Trying again by itself.`,
  returning: 'Connecting again…',
  back: 'Connected again.',
}
