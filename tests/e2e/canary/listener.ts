import type { Page } from 'playwright-core'
import { decodeLinkEvent } from '#domain/link.ts'
import type { Heard } from './places.ts'
import type { Vault } from './vault.ts'

export type Answer = { status: number; text: string; json: unknown }

/** Somebody who asks, and keeps every answer whole: its status line, its headers, its body. */
export type Listener = {
  heard: Heard[]
  ask(url: string, options?: { method?: string; token?: string; headers?: Record<string, string>; body?: string }): Promise<Answer>
  /** Keeps what a page is answered, too. */
  listenTo(page: Page): void
  /** Attaches to a link and puts its QRs and codes into the vault until it ends or `leave` is called. */
  watch(url: string, token: string, vault: Vault): { qrs: string[]; leave(): void; isOver(): boolean }
}

export function createListener(): Listener {
  const heard: Heard[] = []
  const keep = (method: string, url: string, status: number, headers: Headers, body: Buffer): void => {
    const place = `${status < 400 ? 'answer' : 'refusal'} ${method} ${nameOf(url)}`
    const head = Buffer.from(`${status}\n${[...headers].map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n`)
    heard.push({ place, cacheControl: headers.get('cache-control'), bytes: Buffer.concat([head, body]) })
  }
  return {
    heard,
    async ask(url, { method = 'GET', token, headers = {}, body } = {}) {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const response = await fetch(url, { method, headers: { ...authorization, ...headers }, ...(body !== undefined && { body }) })
      const bytes = Buffer.from(await response.arrayBuffer())
      keep(method, url, response.status, response.headers, bytes)
      return { status: response.status, text: bytes.toString(), json: parse(bytes.toString()) }
    },
    listenTo(page) {
      page.on('response', (response) => {
        const headers = new Headers(response.headers())
        if (headers.get('content-type')?.includes('event-stream')) return
        // A page that is left takes the bodies along that it has not read.
        void response.body().then(
          (body) => keep(response.request().method(), response.url(), response.status(), headers, body),
          () => {},
        )
      })
    },
    watch(url, token, vault) {
      const left = new AbortController()
      const qrs: string[] = []
      const run = async (): Promise<void> => {
        const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: left.signal })
        let text = ''
        for await (const chunk of response.body ?? []) {
          keep('GET', url, response.status, response.headers, Buffer.from(chunk))
          text += Buffer.from(chunk).toString()
          const events = text.split('\n\n')
          text = events.pop() ?? ''
          for (const [, name, data = ''] of events.map((one) => /^event: (\w+)\ndata: (.*)$/.exec(one) ?? [])) {
            const event = decodeLinkEvent(name, data)
            if (event?.type === 'qr') {
              vault.qr(event.qr)
              qrs.push(event.qr)
            }
            if (event?.type === 'pairing_code') vault.text('pairing code', event.code)
          }
        }
      }
      let over = false
      void run()
        .catch(() => {})
        .finally(() => (over = true))
      return { qrs, leave: () => left.abort(), isOver: () => over }
    },
  }
}

/** An address as the table of places names it: without its host, with `:session` for whose it is. */
function nameOf(url: string): string {
  const { pathname } = new URL(url)
  return pathname
    .replace(/^\/functions\/v1\/whatsapp-session/, '')
    .replace(/^\/api\/sessions/, '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|%2B\d+/, ':session')
    .replace(/[0-9A-F]{16,32}/, ':message')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
