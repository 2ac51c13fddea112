/** What must be undone when a stack ends. */
export type Releases = {
  add(release: () => Promise<unknown>): void
  /** Undoes everything, the latest first, once; one that fails does not keep the others from theirs. */
  run(): Promise<void>
}

export function createReleases(say: (line: string) => void): Releases {
  const releases: (() => Promise<unknown>)[] = []
  let running: Promise<void> | null = null

  async function runAll(): Promise<void> {
    for (const release of releases.toReversed()) {
      await release().catch((error: unknown) => say(`While stopping: ${error instanceof Error ? error.message : String(error)}`))
    }
  }
  return {
    add: (release) => releases.push(release),
    run: () => (running ??= runAll()),
  }
}
