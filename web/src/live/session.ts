// Who is signed in.

import { signal } from '@preact/signals'
import * as http from '../wire/http'
import { asProblem } from '../wire/problems'
import type { Problem, Session } from '../wire/types'

export type SessionState =
  | { state: 'unknown' }
  | { state: 'unreachable'; problem: Problem }
  | { state: 'signed_out'; session: Session | null; expired: boolean }
  | { state: 'signed_in'; session: Session }

export const session = signal<SessionState>({ state: 'unknown' })

function accept(answer: Session, expired = false): void {
  session.value = answer.signed_in
    ? { state: 'signed_in', session: answer }
    : { state: 'signed_out', session: answer, expired }
}

/** Asks the station who is signed in. */
export async function refreshSession(): Promise<void> {
  const was = session.value.state
  try {
    accept(await http.readSession(), was === 'signed_in')
  } catch (error) {
    // Whoever is signed in stays so: the link banner tells that the station does not answer.
    if (was !== 'signed_in') session.value = { state: 'unreachable', problem: asProblem(error) }
  }
}

/** Raises ProblemError. */
export async function signIn(username: string, password: string): Promise<void> {
  accept(await http.signIn({ username, password, code: null }))
}

/** Raises ProblemError. */
export async function signOut(): Promise<void> {
  await http.signOut()
  accept(await http.readSession())
}

http.whenSignedOut(() => void refreshSession())

const ADMITTING = new Set(['admin', 'supervisor'])

/** Why the signed-in person may not add or remove a camera, or "" where they may. */
export function whyNotManageCameras(): string {
  const now = session.value
  const role = now.state === 'signed_in' ? (now.session.role ?? '') : ''
  return ADMITTING.has(role) ? '' : 'Only a supervisor can do this.'
}
