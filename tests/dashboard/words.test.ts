import { expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { webhooks as webhooksEn } from '../../src/words/en/webhooks.ts'
import { es } from '../../src/words/es.ts'
import { webhooks as webhooksEs } from '../../src/words/es/webhooks.ts'
import { preferredLanguage } from '../../src/words/languages.ts'
import { ptBR } from '../../src/words/pt-BR.ts'
import { webhooks as webhooksPtBR } from '../../src/words/pt-BR/webhooks.ts'

type Leaf = string | ((...given: never[]) => string)

/** Every word by its path. */
function leaves(words: object, path = '', found = new Map<string, Leaf>()): Map<string, Leaf> {
  for (const [key, value] of Object.entries(words) as [string, unknown][]) {
    if (typeof value === 'object' && value !== null) leaves(value, `${path}${key}.`, found)
    else found.set(`${path}${key}`, value as Leaf)
  }
  return found
}

/** Words that are written alike: names, codes, and what the languages share. */
const ALIKE = new Set([
  'product',
  'nav.whatsapp',
  'nav.webhooks',
  'link.pairing.numberPlaceholder',
  'messages.toPlaceholder',
  'removal.onThePhone.0.phone',
  'removal.onThePhone.1.phone',
  'removal.steps.backups',
  'webhooks.title',
  'webhooks.delivery.facts.id',
])

// The words of the webhooks are fetched apart, and are words like the others.
const ENGLISH = leaves({ ...en, webhooks: webhooksEn })
const SPANISH = { ...es, webhooks: webhooksEs }
const PORTUGUESE = { ...ptBR, webhooks: webhooksPtBR }

it.each([
  ['Spanish', SPANISH],
  ['Brazilian Portuguese', PORTUGUESE],
])('%s has every word that English has, and no other', (_language, words) => {
  expect([...leaves(words).keys()].toSorted()).toEqual([...ENGLISH.keys()].toSorted())
})

it.each([
  ['Spanish', SPANISH],
  ['Brazilian Portuguese', PORTUGUESE],
])('%s takes what English takes, says something everywhere, and nothing in English', (_language, words) => {
  const wrong = [...leaves(words)].flatMap(([path, word]) => {
    const english = ENGLISH.get(path)
    if (typeof word !== typeof english) return [`${path}: another kind of word`]
    if (typeof word === 'function') {
      if (word === english) return [`${path}: is English`]
      return word.length === english?.length ? [] : [`${path}: takes ${word.length}, not ${english?.length}`]
    }
    if (word.trim() === '') return [`${path}: says nothing`]
    return word === english && !ALIKE.has(path) && /\p{L}{3}/u.test(word) ? [`${path}: is English: ${word}`] : []
  })
  expect(wrong).toEqual([])
})

it('speaks the first language of the browser that it knows, in any of its countries', () => {
  expect(preferredLanguage(['es-PE', 'en'])).toBe('es')
  expect(preferredLanguage(['pt-PT'])).toBe('pt-BR')
  expect(preferredLanguage(['qu', 'ES'])).toBe('es')
  expect(preferredLanguage(['de-DE', 'fr'])).toBe('en')
  expect(preferredLanguage([])).toBe('en')
})
