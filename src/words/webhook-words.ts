import { use } from 'react'
import type { WebhookWords } from './en/webhooks.ts'
import { useLanguage } from './language.ts'
import type { LanguageCode } from './languages.ts'

const FETCH: Record<LanguageCode, () => Promise<{ webhooks: WebhookWords }>> = {
  en: () => import('./en/webhooks.ts'),
  es: () => import('./es/webhooks.ts'),
  'pt-BR': () => import('./pt-BR/webhooks.ts'),
}

const fetched = new Map<LanguageCode, Promise<WebhookWords>>()

/** The words of the webhooks, a file of their own: few visits read them. Suspends until they are there. */
export function useWebhookWords(): WebhookWords {
  return use(wordsIn(useLanguage().code))
}

function wordsIn(code: LanguageCode): Promise<WebhookWords> {
  const known = fetched.get(code)
  if (known) return known
  const words = FETCH[code]().then(({ webhooks }) => webhooks)
  fetched.set(code, words)
  return words
}
