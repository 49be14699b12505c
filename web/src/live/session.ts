// Who is signed in.

import { computed, signal } from '@preact/signals'
import * as http from '../wire/http'
import { usePasskey } from '../wire/passkeys'
import { asProblem } from '../wire/problems'
import { dialog } from './place'
import { forgetPurposes, rememberPurpose } from './purposes'
import { roleWords, whoMay } from './roles'
import type { Permission, Purpose } from '../wire/authority'
import type { Problem, Session } from '../wire/types'

export type SessionState =
  | { state: 'unknown' }
  | { state: 'unreachable'; problem: Problem }
  | { state: 'signed_out'; session: Session | null; expired: boolean }
  | { state: 'signed_in'; session: Session }

export const session = signal<SessionState>({ state: 'unknown' })

/** Whether this person gave a purpose that the station no longer takes: their pictures have ended. */
export const purposeLapsed = signal(false)

function accept(answer: Session, expired = false): void {
  const had = me.peek()
  const same = had !== null && answer.signed_in && had.username === answer.username
  purposeLapsed.value = same && !answer.purpose && (Boolean(had.purpose) || purposeLapsed.peek())
  session.value = answer.signed_in
    ? { state: 'signed_in', session: answer }
    : { state: 'signed_out', session: answer, expired }
}

let reading: Promise<Session> | null = null

/** One question at a time: two visitors' answers would each bring a token of their own. */
const readOnce = (): Promise<Session> => (reading ??= http.readSession().finally(() => (reading = null)))

/** Asks the station who is signed in. */
export async function refreshSession(): Promise<void> {
  const was = session.value.state
  try {
    accept(await readOnce(), was === 'signed_in')
  } catch (error) {
    // Whoever is signed in stays so: the link banner tells that the station does not answer.
    if (was !== 'signed_in') session.value = { state: 'unreachable', problem: asProblem(error) }
  }
}

/** Raises ProblemError; its code is `code_needed` where the account has a second factor. */
export async function signIn(username: string, password: string, code: string | null = null): Promise<void> {
  accept(await http.signIn({ username, password, code }))
}

/** Asks this device for a passkey. Raises ProblemError, or what the browser says. */
export async function signInWithPasskey(): Promise<void> {
  const { options } = await http.beginPasskeySignIn()
  accept(await http.passkeySignIn({ credential: await usePasskey(options) }))
}

/** What personal data is looked at for, from now on. Raises ProblemError. */
export async function sayPurpose(purpose: Purpose, note: string): Promise<void> {
  accept(await http.setPurpose({ purpose, note }))
  rememberPurpose({ purpose, note })
}

/** Raises ProblemError. */
export async function signOut(): Promise<void> {
  await http.signOut()
  forgetPurposes()
  await reading?.catch(() => undefined) // asked before this sign-out: its answer is old
  accept(await readOnce())
}

/** Where a picture would be the question stands already; elsewhere it comes as a dialog. */
function askPurpose(): void {
  if (me.peek()?.purpose) return
  requestAnimationFrame(() => {
    if (!document.querySelector('.ask')) dialog.value = 'purpose'
  })
}

http.whenSignedOut(() => void refreshSession())
http.whenRefused((code) => {
  if (code === 'second_factor_needed' || code === 'password_change_needed') void refreshSession()
  if (code === 'purpose_needed') void refreshSession().then(askPurpose)
})

/** The session of whoever is signed in; null for nobody. */
export const me = computed<Session | null>(() => (session.value.state === 'signed_in' ? session.value.session : null))

export const may = (permission: Permission): boolean => me.value?.permissions.includes(permission) ?? false

/** Why the signed-in person may not, and who may; "" where they may. The station decides all the same. */
export function whyNot(permission: Permission): string {
  if (may(permission)) return ''
  const role = me.value?.role
  return `${role ? `The role ${roleWords(role)} may not do this. ` : ''}These may: ${whoMay(permission)}.`
}

export const whyNotManageCameras = (): string => whyNot('manage_sources')
