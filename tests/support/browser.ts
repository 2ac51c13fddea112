import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
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

/** What pages of a browser did against their content security policy. */
const VIOLATIONS = new WeakMap<Browser, string[]>()

/** Runs in each document before anything of its own does. */
const TELL_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) => {
  const { effectiveDirective, blockedURI, sample, sourceFile, lineNumber } = event
  globalThis.__violated(effectiveDirective + ' refuses ' + blockedURI + ' ' + sample + ' (' + sourceFile + ':' + lineNumber + ')')
})`

/** The violations since the last time, which are taken as known: for a test that makes some. */
export function takeViolations(browser: Browser): string[] {
  return VIOLATIONS.get(browser)?.splice(0) ?? []
}

/** Notes violations on all pages of a browser. It does not close in peace while there is one that nobody took. */
function watchPolicy(browser: Browser): Browser {
  const seen: string[] = []
  VIOLATIONS.set(browser, seen)
  const watch = async (context: BrowserContext): Promise<BrowserContext> => {
    await context.exposeBinding('__violated', ({ page }, what: string) => void seen.push(`${page.url()}: ${what}`))
    await context.addInitScript({ content: TELL_VIOLATIONS })
    return context
  }
  const newContext = browser.newContext.bind(browser)
  browser.newContext = async (options) => watch(await newContext(options))
  const close = browser.close.bind(browser)
  browser.close = async (options) => {
    await close(options)
    if (seen.length > 0) throw new Error(`The content security policy was violated:\n${seen.join('\n')}`)
  }
  return browser
}

/**
 * A real headless Chromium, whose pages are watched for violations of their policy. `CHROMIUM_PATH` names one; else the one that comes with the packages (Linux on x64), else the
 * system's. Throws where there is none: a browser test that cannot run must not pass.
 */
export async function launchBrowser(): Promise<Browser> {
  return watchPolicy(await launch())
}

async function launch(): Promise<Browser> {
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
