// Passkeys through the browser's own WebAuthn JSON calls; no library.

import { madeHere } from './problems'

type Json = Record<string, unknown>
/** The one options object, with or without its `publicKey` envelope. */
const inside = (options: Json): Json => (options['publicKey'] as Json | undefined) ?? options

export function passkeysWork(): boolean {
  return typeof PublicKeyCredential === 'function' && 'parseCreationOptionsFromJSON' in PublicKeyCredential
}

export const WHY_NO_PASSKEYS = 'This browser, or a page without HTTPS, cannot use passkeys.'

function refused(error: unknown): never {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'AbortError') {
    throw madeHere('passkey', 'No passkey was used: it was cancelled, or it took too long.', 'Try again, or use your password.')
  }
  if (name === 'InvalidStateError') {
    throw madeHere('passkey', 'This device already has a passkey for this account.', 'Sign in with it, or use another device.')
  }
  if (name === 'SecurityError') {
    throw madeHere('passkey', 'Passkeys do not work at this address.', 'Open the station by its own name, over HTTPS.')
  }
  throw error
}

async function asked(ask: () => Promise<Credential | null>): Promise<Json> {
  if (!passkeysWork()) throw madeHere('passkey', WHY_NO_PASSKEYS, 'Use your password and the authenticator app.')
  const credential = await ask().catch(refused)
  if (!(credential instanceof PublicKeyCredential)) {
    throw madeHere('passkey', 'The browser gave no passkey.', 'Try again, or use your password.')
  }
  return credential.toJSON() as unknown as Json
}

export const makePasskey = (options: Json): Promise<Json> =>
  asked(() =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(
        inside(options) as unknown as PublicKeyCredentialCreationOptionsJSON,
      ),
    }),
  )

export const usePasskey = (options: Json): Promise<Json> =>
  asked(() =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(
        inside(options) as unknown as PublicKeyCredentialRequestOptionsJSON,
      ),
    }),
  )
