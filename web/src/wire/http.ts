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

/** What the station answers as a file. */
export const fileOf = async (method: 'GET' | 'POST', url: string, body?: unknown): Promise<Blob> => (await request(method, url, body)).blob()

export interface Upload {
  url: string
  file: Blob
  name: string
  /** Sent so far, of all bytes. */
  onProgress?: (sent: number, all: number) => void
  signal?: AbortSignal
}

/** Sends a file as the request's body. What `signal` ends once all is sent may be done all the same.
 * Not by fetch, which does not say how far it is. */
export function upload<T>({ url, file, name, onProgress, signal }: Upload): Promise<T> {
  return new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest()
    const give = () => asked.abort()
    const done = () => signal?.removeEventListener('abort', give)
    asked.open('POST', url)
    asked.setRequestHeader('Accept', 'application/json')
    asked.setRequestHeader('X-CSRF-Token', csrfToken)
    asked.setRequestHeader('X-File-Name', encodeURIComponent(name))
    asked.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
    asked.upload.onprogress = (event) => onProgress?.(event.loaded, event.total)
    asked.onload = () => {
      done()
      void answered<T>(asked).then(resolve, reject)
    }
    asked.onerror = () => {
      done()
      reject(noAnswer())
    }
    asked.onabort = () => {
      done()
      reject(new DOMException('Cancelled', 'AbortError'))
    }
    if (signal?.aborted) return asked.onabort(new ProgressEvent('abort'))
    signal?.addEventListener('abort', give)
    asked.send(file)
  })
}

async function answered<T>(asked: XMLHttpRequest): Promise<T> {
  const { status, responseText } = asked
  if (status >= 200 && status < 300) {
    try {
      return JSON.parse(responseText) as T
    } catch {
      throw noAnswer()
    }
  }
  const retry = asked.getResponseHeader('Retry-After')
  const headers = retry === null ? {} : { 'Retry-After': retry }
  const error = await problemOf(new Response(responseText, { status: status || 500, statusText: asked.statusText, headers }))
  if (status === 401) onSignedOut()
  if (status === 403) onRefused(error.problem.code)
  throw error
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

