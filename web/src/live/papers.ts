// Asking for a permission, and recording one: what a verdict leads to. `screens/PapersDialogs` shows
// the dialogs; the map and its panels only call `openRequest`, `openPermission` and `openSora`.

import { signal } from '@preact/signals'
import type { Application, CheckPlan, RequestView, VolumesView } from '../wire/types'

export interface WantedRequest {
  zone_id: string
  /** The flight that was judged: place, heights and times of the request are from it. */
  plan: CheckPlan
}

export interface WantedPermission {
  /** "": to be typed. */
  zone_id: string
  /** A request that it answers. */
  request_id?: string
  /** When that request was for; ISO. */
  begins?: string
  ends?: string
}

export type PapersDialog =
  | { of: 'request'; wanted: WantedRequest }
  | { of: 'permission'; wanted: WantedPermission }
  | { of: 'letter'; request: RequestView }
  | { of: 'sora'; plan: CheckPlan }

/** The dialog that is open; null: none. */
export const papersDialog = signal<PapersDialog | null>(null)

/** Grows with each paper that this page wrote: lists of them are read again. */
export const papersWritten = signal(0)

/** Opens the dialog in which a request to a zone's authority is filled in. */
export function openRequest(wanted: WantedRequest): void {
  papersDialog.value = { of: 'request', wanted }
}

/** Opens the dialog in which a permission that was given is recorded. */
export function openPermission(wanted: WantedPermission): void {
  papersDialog.value = { of: 'permission', wanted }
}

/** Shows a request's text, to be sent on. */
export function openLetter(request: RequestView): void {
  papersDialog.value = { of: 'letter', request }
}

/** Opens the dialog for the UK SORA volumes round a plan. */
export function openSora(plan: CheckPlan): void {
  papersDialog.value = { of: 'sora', plan }
}

export interface DrawnVolumes {
  /** What they were reckoned from: the pack is asked for with the same. */
  said: Application
  volumes: VolumesView
}

/** On the map; null: none. */
export const drawnVolumes = signal<DrawnVolumes | null>(null)

/** What was typed last for the volumes: the form opens with it again. */
export const lastApplication = signal<Application | null>(null)

/** Whoever signs in next at this desk has other papers. */
export function forgetPapers(): void {
  papersDialog.value = null
  drawnVolumes.value = null
  lastApplication.value = null
}
