import type { Mark } from './story.ts'

/** A block that the test of the pages does not run, by the page and the first command of it. */
export type NotRun = { page: string; command: string } & (
  | { mark: Exclude<Mark, 'covered' | 'start'>; reason: string }
  /** Another file runs that command: `by` is its path, `names` a text in it that says so. */
  | { mark: 'covered'; by: string; names: string }
)

/** Every block of the pages that is not run by `docs-commands.test.ts`, with the reason. */
export const NOT_RUN_HERE: readonly NotRun[] = [
  { page: 'README.md', command: 'npm ci && npm test', mark: 'covered', by: '.ci/run', names: 'npm ci && npm test' },
]
