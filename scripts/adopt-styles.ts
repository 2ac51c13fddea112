import type { Plugin } from 'vite'

/** Makes a style sheet of `css` that the policy does not see: it is an object of our own script, no markup. Returns how to take it away. */
const ADOPT = `(css) => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  document.adoptedStyleSheets.push(sheet)
  return () => { document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet) }
}`

/** Packages that put a `<style>` into the page while it runs, and what to put in the place of that. */
const REPLACED: Record<string, { find: RegExp; replace: string }> = {
  // Toasts: once, when they are loaded.
  'sonner/dist/index.mjs': {
    find: /^function __insertCSS\(code\) \{[^]*?^\}$/m,
    replace: `const __insertCSS = ${ADOPT}`,
  },
  // Dialogs and menus: what keeps the page behind them from scrolling, while one is open.
  'react-style-singleton/dist/es2015/singleton.js': {
    find: /^[^]*$/,
    replace: `const adopt = ${ADOPT}
export const stylesheetSingleton = () => {
  let count = 0
  let remove
  return {
    add(css) { if (count++ === 0) remove = adopt(css) },
    remove() { if (--count === 0) remove() },
  }
}`,
  },
}

/**
 * Lets the content security policy do without `'unsafe-inline'` for styles. A package that has changed, so that this no longer fits, ends
 * the build.
 */
export function adoptStyles(): Plugin {
  const unseen = new Set(Object.keys(REPLACED))
  return {
    name: 'latchkey:adopt-styles',
    apply: 'build',
    transform(code, id) {
      const name = Object.keys(REPLACED).find((each) => id.split('?')[0]?.endsWith(`/node_modules/${each}`))
      const edit = name === undefined ? undefined : REPLACED[name]
      if (name === undefined || !edit) return null
      if (!edit.find.test(code)) this.error(`${name} puts its styles into the page in another way than it did`)
      unseen.delete(name)
      return { code: code.replace(edit.find, () => edit.replace), map: null }
    },
    buildEnd(error) {
      if (!error && unseen.size > 0) this.error(`nothing was replaced in ${[...unseen].join(', ')}`)
    },
  }
}
