/** Does `act` for each item, at most `places` at a time; the answers are in the items' order. After an error nothing more is begun. */
export async function eachAtOnce<T, R>(items: readonly T[], places: number, act: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = []
  const rest = [...items.entries()]
  const work = async (): Promise<void> => {
    for (let next = rest.shift(); next; next = rest.shift()) {
      const [index, item] = next
      try {
        answers[index] = await act(item)
      } catch (error) {
        rest.length = 0
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(places, items.length) }, work))
  return answers
}
