// The station's HTTP interface. Every error is a ProblemError.

import { noAnswer, problemOf } from './problems'
import type {
  AddSourceRequest,
  PasskeyOptions,
  PasskeySignIn,
  PurposeRequest,
  Session,
  SignInRequest,
  SourceAdded,
  ViewerToken,
} from './types'

let csrfToken = ''
let onSignedOut: () => void = () => undefined
let onRefused: (code: string) => void = () => undefined

export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener
}

/** Told of refusals that the page answers itself: `purpose_needed`, `second_factor_needed`. */
export function whenRefused(listener: (code: string) => void): void {
  onRefused = listener
}

export const path = (...parts: string[]) => '/' + parts.map(encodeURIComponent).join('/')

async function request(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET') headers['X-CSRF-Token'] = csrfToken
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' }
  if (signal) init.signal = signal
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json'
    init.body = JSON.stringify(body)
  }
  const response = await fetch(url, init).catch(() => {
    throw noAnswer()
  })
  if (response.ok) return response
  const error = await problemOf(response)
  if (error.problem.status === 401 && !url.startsWith('/api/sign-in')) onSignedOut()
  if (error.problem.status === 403) onRefused(error.problem.code)
  throw error
}

export async function send(method: 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown): Promise<void> {
  await request(method, url, body)
}

/** `signal` gives up waiting for the answer; what was asked may be done all the same. */
export async function json<T>(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await request(method, url, body, signal)
  try {
    return (await response.json()) as T
  } catch {
    throw noAnswer()
  }
}

async function session(method: string, url: string, body?: unknown): Promise<Session> {
  const answer = await json<Session>(method, url, body)
  csrfToken = answer.csrf_token
  return answer
}

export const readSession = () => session('GET', '/api/session')
export const signIn = (body: SignInRequest) => session('POST', '/api/sign-in', body)
export const beginPasskeySignIn = () => json<PasskeyOptions>('POST', '/api/sign-in/passkey/begin')
export const passkeySignIn = (body: PasskeySignIn) => session('POST', '/api/sign-in/passkey', body)
export const setPurpose = (body: PurposeRequest) => session('POST', '/api/session/purpose', body)

export async function signOut(): Promise<void> {
  await request('POST', '/api/sign-out')
}

export const addSource = (body: AddSourceRequest) => json<SourceAdded>('POST', '/api/sources', body)

export async function removeSource(sourceId: string): Promise<void> {
  await request('DELETE', path('api', 'sources', sourceId))
}

export const viewerToken = (sourceId: string) =>
  json<ViewerToken>('POST', path('api', 'sources', sourceId, 'viewer-token'))

export interface SdpAnswer {
  sdp: string
  /** Absolute path of the session: DELETE it when done. */
  location: string
}

/** WHEP: an offer for an answer. `token` is single use and lasts a minute. */
export async function postOffer(whepPath: string, token: string, sdp: string): Promise<SdpAnswer> {
  const response = await fetch(whepPath, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp', Accept: 'application/sdp', Authorization: `Bearer ${token}` },
    credentials: 'same-origin',
    body: sdp,
  }).catch(() => {
    throw noAnswer()
  })
  if (response.status !== 201) throw await problemOf(response)
  const location = response.headers.get('Location')
  if (!location) throw noAnswer()
  return { sdp: await response.text(), location: new URL(location, response.url).pathname }
}

/** Ends a WHEP session; works while the page is being closed. Its failure harms nobody. */
export function deleteSession(location: string, token: string): void {
  void fetch(location, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${token}` },
    credentials: 'same-origin',
    keepalive: true,
  }).catch(() => undefined)
}

