import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Account } from '../../simulator/accounts-file.ts'
import { createChance } from '../../simulator/chance.ts'
import { newAccount } from '../../simulator/new-account.ts'
import { client, eventually, linked, simulate } from './support/bench.ts'
import { memoryAuth } from './support/client.ts'

const ANA = '51987654321'

it('links so many devices to a phone and no more, and another one after one was removed', async () => {
  const simulator = await simulate({ maxDevices: 2 })
  const [one] = [await linked(simulator), await linked(simulator)]
  const third = client(simulator)
  const qr = await third.qr()
  expect(await simulator.scan(qr)).toEqual({ ok: false, code: 'too_many_devices' })
  expect(simulator.unlink(one.jid)).toBe(true)
  expect(await simulator.scan(qr)).toEqual({ ok: true, jid: `${ANA}:1@s.whatsapp.net` })
  expect(simulator.devices().map(({ jid }) => jid)).toEqual([`${ANA}:2@s.whatsapp.net`, `${ANA}:1@s.whatsapp.net`])
})

it('gives two devices that are linked at the same time two numbers', async () => {
  const simulator = await simulate()
  const qrs = await Promise.all([client(simulator).qr(), client(simulator).qr()])
  const scans = await Promise.all(qrs.map((qr) => simulator.scan(qr)))
  expect(scans).toEqual([
    { ok: true, jid: `${ANA}:1@s.whatsapp.net` },
    { ok: true, jid: `${ANA}:2@s.whatsapp.net` },
  ])
})

it('gives the number of a link that failed to the next device', async () => {
  const simulator = await simulate()
  const failing = client(simulator)
  const qr = await failing.qr()
  failing.socket.ws.on('CB:iq,,pair-success', () => void failing.socket.end(undefined))
  failing.auth.creds.advSecretKey = 'not the secret'
  expect(await simulator.scan(qr)).toMatchObject({ ok: false, code: 'no_answer' })
  expect((await linked(simulator)).jid).toBe(`${ANA}:1@s.whatsapp.net`)
})

it('lets a device log in that somebody wrote into the file, one of a thousand', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-accounts-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const auth = memoryAuth()
  const key = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const accounts: Account[] = Array.from({ length: 1_000 }, (_, number) => {
    const account = newAccount({ phone: String(51_900_000_000 + number), name: `Persona ${number}` }, createChance(`persona ${number}`))
    const jid = `${account.phone}:1@s.whatsapp.net`
    const keys = { noisePublicKey: key(auth.creds.noiseKey.public), identityPublicKey: key(auth.creds.signedIdentityKey.public) }
    const seen = { platform: 'Chrome (Mac OS)', linkedAt: new Date().toISOString(), lastSeenAt: null, logins: 0, preKeys: 812 }
    return { ...account, devices: [{ jid, lid: `${account.lidUser}:1@lid`, index: 1, ...keys, ...seen, awaitsHistory: false }] }
  })
  writeFileSync(join(dataDir, 'accounts.json'), JSON.stringify({ version: 1, accounts }))
  const simulator = await simulate({ dataDir })
  expect(simulator.devices()).toHaveLength(1_000)
  const { jid, lid } = accounts.at(-1)?.devices[0] ?? { jid: '', lid: '' }
  auth.creds.me = { id: jid, lid, name: 'Persona 999' }
  const device = client(simulator, auth)
  await device.opened()
  expect(simulator.counts()).toMatchObject({ logins: 1, histories: 0 })
  await eventually(() => expect(simulator.devices('51900000999')).toMatchObject([{ jid, online: true }]))
  // Nobody knows its keys, so nobody can write to it; its phone gets the text.
  expect(await simulator.sendText('51900000000', '51900000999', 'Hola')).toMatchObject({ ok: true, devices: 0 })
  expect(simulator.texts('51900000999')).toMatchObject([{ text: 'Hola' }])
})
