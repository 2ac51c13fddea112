import type { Page } from 'playwright-core'
import { en } from '../../../src/words/en.ts'
import type { Words } from '../../../src/words/en.ts'
import { webhooks as webhooksEn, type WebhookWords } from '../../../src/words/en/webhooks.ts'
import { es } from '../../../src/words/es.ts'
import { webhooks as webhooksEs } from '../../../src/words/es/webhooks.ts'
import type { LanguageCode } from '../../../src/words/languages.ts'
import { ptBR } from '../../../src/words/pt-BR.ts'
import { webhooks as webhooksPtBR } from '../../../src/words/pt-BR/webhooks.ts'
import { launchBrowser } from '../../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import type { Furnished } from './furnished.ts'

export const WORDS: Record<LanguageCode, Words> = { en, es, 'pt-BR': ptBR }

const WEBHOOK_WORDS: Record<LanguageCode, WebhookWords> = { en: webhooksEn, es: webhooksEs, 'pt-BR': webhooksPtBR }

export type Theme = 'light' | 'dark'
/** What a view is opened with. */
export type To = { url: string; words: Words; webhookWords: WebhookWords; linked: string; removed: string; webhook: string }
/** A page or dialog by its name, and the way to it for somebody at any page, in any language. */
export type View = {
  name: string
  isGuest?: true
  open: (page: Page, to: To) => Promise<void>
  /** Takes back what opening it did. */
  close?: (page: Page, to: To) => Promise<void>
}

/** Opens views one after the other, as the demo's admin and as a guest. None is closed meanwhile: the packed Chromium ends with the first context that is. */
export async function createViewer(world: Furnished) {
  const { url } = world.stack
  const member = world.page
  // In a browser of their own: contexts of the packed Chromium share what they keep.
  const guests = await launchBrowser()
  const guest = await (await guests.newContext()).newPage()
  return {
    stop: () => guests.close(),
    /** Opens a view, has it looked at, and takes back what opening it did. */
    async show(view: View, language: LanguageCode, look: (page: Page) => Promise<void>): Promise<void> {
      const page = view.isGuest ? guest : member
      const { linked, removed, webhook } = world
      const to = { url, words: WORDS[language], webhookWords: WEBHOOK_WORDS[language], linked, removed, webhook }
      await page.goto(`${url}/config.json`)
      await page.evaluate(`sessionStorage.clear(); localStorage.setItem('latchkey.language', '${language}')`)
      await view.open(page, to)
      await look(page)
      await view.close?.(page, to)
    },
    /** `width`: CSS pixels. */
    async lookAs(page: Page, theme: Theme, width: number): Promise<void> {
      // Colours that fade from the other theme are nobody's: they change at once here, how ever deep they are inherited.
      await page.evaluate(`still = new CSSStyleSheet(); still.replaceSync('*, ::before, ::after { transition: none !important }');
        document.adoptedStyleSheets.push(still)`)
      // What moves cannot be measured, and is not what is looked at.
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 900 })
      // The theme and the width arrive a little later.
      await eventually(
        // Not by `waitForFunction`, whose polls the page's policy forbids.
        () => page.evaluate(`matchMedia('(prefers-color-scheme: ${theme})').matches && innerWidth === ${width}`),
        (isSo) => isSo === true,
      )
      await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
        .then(() => Promise.allSettled(document.getAnimations().filter(({ playState }) => playState === 'running').map(({ finished }) => finished)))
        .then(() => { document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== still) })`)
    },
  }
}
export type Viewer = Awaited<ReturnType<typeof createViewer>>
