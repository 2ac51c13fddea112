import { byId, call, perform } from './actions.js'
import { ago, element, formatPhone, keyedList, setText } from './view.js'

/** Texts that the page shows, the newest first. */
const SHOWN_TEXTS = 20

let phone
let texts = []
let names = new Map()
let asked = ''

const nameOf = (number) => names.get(number) ?? formatPhone(number)

const drawTexts = keyedList(byId('texts'), (first) => {
  const row = element('li', 'bubble')
  const from = element('span', 'from')
  const said = element('span', 'said', first.text)
  const when = element('span', 'detail')
  row.append(from, said, when)
  return {
    element: row,
    update(text) {
      setText(from, nameOf(text.from))
      setText(when, text.doubles > 0 ? `${ago(text.at)} · came ${text.doubles + 1} times` : ago(text.at))
    },
  }
})

/** Asks for what the chosen phone has received and knows. */
export async function followTalk(chosen) {
  if (chosen === null) return
  const path = `accounts/${encodeURIComponent(chosen)}`
  const [received, people] = await Promise.all([call(`${path}/texts`), chosen === phone ? undefined : call(`${path}/people`)])
  phone = chosen
  texts = received.texts
  if (people) names = new Map(people.contacts.map((contact) => [contact.phone, contact.name ?? contact.pushName ?? undefined]))
}

/** Draws the part of the page in which a phone types, reads and writes. */
export function drawTalk({ chosen, phones, waiting }) {
  const newest = texts.slice(-SHOWN_TEXTS).toReversed()
  drawTexts(newest, ({ from, id }) => `${from} ${id}`)
  byId('no-texts').hidden = newest.length > 0
  byId('passkey').checked = phones.find((one) => one.phone === chosen)?.passkey ?? false

  // The field opens by itself when a device has asked for a code of this phone, and stays as the person leaves it.
  const wanted = waiting.filter(({ codeFor }) => codeFor === chosen).map(({ id }) => id)
  if (wanted.length > 0 && asked !== wanted.join()) {
    byId('code-part').open = true
    // Nobody who writes elsewhere is interrupted.
    if (!(document.activeElement instanceof HTMLInputElement || document.activeElement instanceof HTMLTextAreaElement)) byId('code').focus()
  }
  asked = wanted.join()

  const others = phones.filter((one) => one.phone !== chosen)
  const wished = others.map((one) => one.phone).join()
  const list = byId('to')
  if (list.dataset.phones === wished) return
  list.dataset.phones = wished
  list.replaceChildren(...others.map((one) => new Option(`${one.name} · ${formatPhone(one.phone)}`, one.phone)))
}

byId('code-form').addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.currentTarget
  const code = form.elements.code.value
  void perform(
    event.submitter,
    () => call(`accounts/${encodeURIComponent(phone)}/code`, 'POST', { code }).then(() => form.reset()),
    'Linked. The device restarts and comes online.',
  )
})

byId('passkey').addEventListener('change', (event) => {
  const box = event.currentTarget
  const demanded = box.checked
  const done = demanded ? 'The next link stops where WhatsApp asks for a passkey.' : 'Linking demands no passkey.'
  void perform(box, () => call(`accounts/${encodeURIComponent(phone)}/passkey`, 'POST', { demanded }), done)
})

byId('send').addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.currentTarget
  const { to, text } = form.elements
  void perform(
    event.submitter,
    () => call(`accounts/${encodeURIComponent(phone)}/send`, 'POST', { to: to.value, text: text.value }).then(() => (text.value = '')),
    'Sent, to the phone and to its linked devices.',
  )
})
