import { expect, it } from 'vitest'
import { simulate } from './support/bench.ts'

it('serves the page "Phone" with a strict policy, without inline code, by relative addresses', async () => {
  const { adminUrl } = await simulate()
  const response = await fetch(`${adminUrl}/`)
  const html = await response.text()
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
  expect(html).toMatch(/simulator/i)
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style/)

  const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '')
  expect(addresses.toSorted()).toEqual(['icon.svg', 'parts.css', 'phone.css', 'phone.js'])
  const served = await Promise.all(
    [...addresses, 'actions.js', 'talk.js', 'view.js'].map(async (address) => [address, (await fetch(`${adminUrl}/${address}`)).status]),
  )
  expect(served.filter(([, status]) => status !== 200)).toEqual([])
})
