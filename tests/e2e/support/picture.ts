import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { RunnerTask } from 'vitest'

const FOLDER = join(import.meta.dirname, '../screenshots')

/** What the page showed when a test failed, in `tests/e2e/screenshots`. */
export async function keepPicture(page: Page, task: RunnerTask): Promise<void> {
  if (task.result?.state !== 'fail') return
  await page.screenshot({ path: join(FOLDER, `${task.name.replaceAll(/\W+/g, '-').slice(0, 80)}.png`) })
}
