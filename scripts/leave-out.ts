import type { Plugin } from 'vite'

/** A function that nobody calls, by its name: who does is told. */
const never = (...names: string[]) =>
  names.map((name) => `export const ${name} = () => { throw new Error('${name} is left out of this page') }`)

/** Modules that a package always brings and this page never uses, and what stands in their place. */
const LEFT_OUT: Record<string, string[]> = {
  // Passkeys as a way to sign in, for which there is no page.
  '@supabase/auth-js/dist/module/lib/webauthn.js': [
    'export class WebAuthnApi {}',
    'export const webAuthnAbortService = {}',
    'export const browserSupportsWebAuthn = () => false',
    ...never('createCredential', 'getCredential'),
    ...never('deserializeCredentialCreationOptions', 'deserializeCredentialRequestOptions'),
    ...never('serializeCredentialCreationResponse', 'serializeCredentialRequestResponse'),
  ],
  // Neither is there one for wallets.
  '@supabase/auth-js/dist/module/lib/web3/ethereum.js': never('createSiweMessage', 'fromHex', 'getAddress', 'toHex'),
  // Dates are always written in a language that is named (lib/dates.ts); English would come with every other.
  'date-fns/_lib/defaultLocale.js': ['export const defaultLocale = undefined'],
}

/**
 * Keeps what is never used out of the first load. A package that has moved such a part, or wants more of it, ends the build: an export that
 * is missing does, and so does a part that is not found.
 */
export function leaveOut(): Plugin {
  const unseen = new Set(Object.keys(LEFT_OUT))
  return {
    name: 'latchkey:leave-out',
    apply: 'build',
    transform(_code, id) {
      const name = Object.keys(LEFT_OUT).find((each) => id.split('?')[0]?.endsWith(`/node_modules/${each}`))
      if (name === undefined) return null
      unseen.delete(name)
      return { code: LEFT_OUT[name]?.join('\n') ?? '', map: null }
    },
    buildEnd(error) {
      if (!error && unseen.size > 0) this.error(`nothing was left out for ${[...unseen].join(', ')}`)
    },
  }
}
