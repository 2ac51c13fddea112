import { byId, call, perform } from './actions.js'
import { drawTalk, followTalk } from './talk.js'
import { ago, button, deviceIcon, element, formatPhone, keyedList, setText } from './view.js'

const POLL_MS = 1000

let chosen = sessionStorage.getItem('phone')
let shown

function confirmUnlink(device) {
  const dialog = byId('confirm')
  byId('confirm-text').textContent = `${device.platform} stops working at once and has to be linked again with a new code.`
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }))
}

const drawAccounts = keyedList(byId('accounts'), ({ phone }) => {
  const tab = button('', 'account', () => {
    chosen = phone
    sessionStorage.setItem('phone', phone)
    void refresh()
  })
  const name = element('b', '')
  const number = element('span', 'number', formatPhone(phone))
  tab.append(name, number)
  return {
    element: tab,
    update(account) {
      setText(name, account.name)
      tab.setAttribute('aria-pressed', String(account.phone === chosen))
    },
  }
})

const ownerOf = (phone) => shown.phones.find((one) => one.phone === phone)?.name ?? formatPhone(phone)

const drawWaiting = keyedList(byId('waiting'), (first) => {
  const row = element('li', 'card asking')
  const title = element('b', 'title', first.platform)
  const detail = element('span', 'detail')
  const scan = button('Scan', 'primary', () =>
    perform(
      scan,
      () => call(`waiting/${encodeURIComponent(first.id)}/scan`, 'POST', { phone: chosen }),
      'Linked. The device restarts and comes online.',
    ),
  )
  scan.setAttribute('aria-label', `Scan the code of ${first.platform}`)
  const words = element('div', 'words')
  words.append(title, detail)
  row.append(deviceIcon(), words, scan)
  return {
    element: row,
    update(device) {
      const left = Math.ceil((Date.parse(device.expiresAt) - Date.now()) / 1000)
      scan.hidden = device.qr === null
      if (device.codeFor !== null) setText(detail, `Shows a code for ${ownerOf(device.codeFor)}`)
      else if (device.ref === null) setText(detail, 'Its codes have expired')
      else if (device.qr === null) setText(detail, 'Copy the text of its code and scan it below')
      else setText(detail, `Shows QR codes for ${left} s more`)
    },
  }
})

const drawDevices = keyedList(byId('devices'), (first) => {
  const path = `devices/${encodeURIComponent(first.jid)}`
  const row = element('li', 'card')
  const title = element('b', 'title', first.platform)
  const detail = element('span', 'detail')
  const dot = element('i', 'dot')
  const text = element('span', '')
  detail.append(dot, text)
  const id = element('span', 'detail faint', `Device ${first.jid.split(':')[1]?.split('@')[0] ?? ''} · linked ${ago(first.linkedAt)}`)
  const silence = button('Go offline', '', () => {
    const { silent } = shown.devices.find(({ jid }) => jid === first.jid) ?? first
    return silent
      ? perform(silence, () => call(`${path}/online`, 'POST'), 'The server answers this device again.')
      : perform(silence, () => call(`${path}/offline`, 'POST'), 'The server no longer answers this device. It notices within a minute.')
  })
  const unlink = button('Unlink', 'danger', async () => {
    if (await confirmUnlink(first)) await perform(unlink, () => call(`${path}/unlink`, 'POST'), 'Unlinked.')
  })
  const words = element('div', 'words')
  words.append(title, detail, id)
  const actions = element('div', 'actions')
  actions.append(silence, unlink)
  row.append(deviceIcon(), words, actions)
  return {
    element: row,
    update(device) {
      dot.className = `dot ${device.silent ? 'silent' : device.online ? 'online' : ''}`
      if (device.silent) setText(text, 'Silenced: the server does not answer it')
      else if (device.online) setText(text, 'Active now')
      else setText(text, device.lastSeenAt === null ? 'Never online' : `Offline · last active ${ago(device.lastSeenAt)}`)
      setText(silence, device.silent ? 'Come back' : 'Go offline')
      setText(id, `Device ${device.jid.split(':')[1]?.split('@')[0] ?? ''} · linked ${ago(device.linkedAt)}`)
    },
  }
})

function draw() {
  if (!shown) return
  const { phones, devices, waiting } = shown
  const mine = devices.filter(({ phone }) => phone === chosen)
  drawAccounts(phones, ({ phone }) => phone)
  drawWaiting(waiting, ({ id }) => id)
  drawDevices(mine, ({ jid }) => jid)
  setText(byId('owner'), phones.find(({ phone }) => phone === chosen)?.name ?? 'this phone')
  byId('no-waiting').hidden = waiting.length > 0
  byId('no-devices').hidden = mine.length > 0
  drawTalk({ chosen, phones, waiting })
}

async function refresh() {
  try {
    shown = await call('state')
    if (!shown.phones.some(({ phone }) => phone === chosen)) chosen = shown.phones[0]?.phone ?? null
    await followTalk(chosen)
    byId('offline').hidden = true
    draw()
  } catch {
    byId('offline').hidden = false
  }
}

async function poll() {
  if (!document.hidden) await refresh()
  setTimeout(poll, POLL_MS)
}

byId('paste').addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.currentTarget
  const qr = form.elements.qr.value.trim()
  void perform(
    event.submitter,
    () => call('scan', 'POST', { qr, phone: chosen }).then(() => form.reset()),
    'Linked. The device restarts and comes online.',
  )
})

byId('add').addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.currentTarget
  const phone = { phone: form.elements.phone.value, name: form.elements.name.value }
  void perform(event.submitter, () => call('accounts', 'POST', phone).then(() => form.reset()), `${phone.name} was added.`)
})

document.addEventListener('changed', () => void refresh())
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh()
})
void poll()
