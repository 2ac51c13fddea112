/** Licences (SPDX) that ask for no more than their text to travel with the code. */
export const ALLOWED_LICENCES: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'OFL-1.1',
  'Unlicense',
]

export type LicenceException = { packages: RegExp; licence: string; reason: string }

/** Packages with a licence that asks for more, and why each may stay. */
export const LICENCE_EXCEPTIONS: readonly LicenceException[] = [
  {
    packages: /^libsignal$/,
    licence: 'GPL-3.0',
    reason:
      'Baileys depends on it for the Signal protocol, and there is no other. The worker loads it, so a worker that is passed on to others together with it falls under the GPL-3.0 as a whole. Our own files are MIT, which allows that. Nothing is owed for running it for oneself. The page and the edge function do not hold it.',
  },
  {
    packages: /^@img\/sharp-libvips-/,
    licence: 'LGPL-3.0-or-later',
    reason:
      'Shared libraries of sharp, an optional helper of Baileys for pictures. We send none; it is loaded by nothing of ours, and unchanged.',
  },
  {
    packages: /^@img\/sharp-win32-/,
    licence: 'Apache-2.0 AND LGPL-3.0-or-later',
    reason: 'sharp with its library, for Windows: as above.',
  },
  {
    packages: /^@img\/sharp-wasm32$/,
    licence: 'Apache-2.0 AND LGPL-3.0-or-later AND MIT',
    reason: 'sharp with its library, as WebAssembly: as above.',
  },
  {
    packages: /^axe-core$/,
    licence: 'MPL-2.0',
    reason: 'Looks for barriers in the pages while they are tested. Unchanged, and no part of what is built.',
  },
  {
    packages: /^lightningcss(-|$)/,
    licence: 'MPL-2.0',
    reason: 'Minifies styles while the page is built. Unchanged, and no part of what is built.',
  },
]
