import type { Identity } from '../store/credential-file.ts'
import type { CredentialStore } from '../store/credential-store.ts'

/** Gives the file back when it cannot be read: nobody else could open it for as long as the process lives. */
export function identityIn(store: CredentialStore): Identity {
  try {
    return store.identity()
  } catch (error) {
    store.dispose()
    throw error
  }
}
