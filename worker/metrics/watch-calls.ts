/** A part of the worker as others see it: functions, by name. */
type Calls = object
type Call = (...args: unknown[]) => unknown

/**
 * `of`, with `around` about each of its functions: told the name, what it was called with, and how to call it. What is added to `of` one day
 * is watched without a word here, and what is no function stays as it is.
 */
export function watchCalls<T extends Calls>(of: T, around: (name: string, args: readonly unknown[], run: () => unknown) => unknown): T {
  const watched = Object.entries(of).map(([name, member]): [string, unknown] => {
    if (typeof member !== 'function') return [name, member]
    return [name, (...args: unknown[]) => around(name, args, () => (member as Call).apply(of, args))]
  })
  return Object.fromEntries(watched) as T
}
