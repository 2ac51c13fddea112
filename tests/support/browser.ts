import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { packedChromium } from './packed-chromium.ts'

/** Where a system keeps its own Chromium or Chrome. */
const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Keeps Chromium from looking for hosts outside: the tests stay on loopback. */
const QUIET = [
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-gpu',
]

/**
 * A real headless Chromium. `CHROMIUM_PATH` names one; else the one that comes with the packages (Linux on x64), else the
 * system's. Throws where there is none: a browser test that cannot run must not pass.
 */
export async function launchBrowser(): Promise<Browser> {
  const named = process.env['CHROMIUM_PATH']
  if (named) return chromium.launch({ executablePath: named, args: QUIET })
  if (process.platform === 'linux' && process.arch === 'x64') {
    const { executablePath, args, env } = await packedChromium()
    return chromium.launch({ executablePath, args: [...args, ...QUIET], env, chromiumSandbox: false })
  }
  const system = SYSTEM_BROWSERS.find((path) => existsSync(path))
  if (!system) throw new Error('no Chromium found: set CHROMIUM_PATH')
  return chromium.launch({ executablePath: system, args: QUIET })
}
