// One's own account.

import { json, path, send } from './http'
import type { Account, AuthenticatorOffer, NewPasskey, NewPassword, PasskeyOptions, RecoveryCodes } from './types'

const at = (...parts: string[]) => path('api', 'account', ...parts)

export const readAccount = () => json<Account>('GET', at())
export const offerAuthenticator = (password: string) =>
  json<AuthenticatorOffer>('POST', at('authenticator'), { password })
export const confirmAuthenticator = (code: string) =>
  json<RecoveryCodes>('POST', at('authenticator', 'confirm'), { code })
export const removeAuthenticator = (password: string) => send('DELETE', at('authenticator'), { password })
export const newRecoveryCodes = (password: string) => json<RecoveryCodes>('POST', at('recovery-codes'), { password })
export const beginPasskey = (password: string) => json<PasskeyOptions>('POST', at('passkeys', 'begin'), { password })
export const addPasskey = (body: NewPasskey) => send('POST', at('passkeys'), body)
export const removePasskey = (id: string, password: string) => send('DELETE', at('passkeys', id), { password })
export const endSignIn = (id: string) => send('DELETE', at('sign-ins', id))
export const changePassword = (body: NewPassword) => send('POST', at('password'), body)
